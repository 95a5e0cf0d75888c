# bash completion for crm: asks the program itself, so that it knows the store's ids, names, states and fields.

# Splits the command line up to the cursor as the shell will: into `words`, without their quotes. Of the last one,
# `quote` is the quote that is still open, and `before` what readline leaves as it is: it replaces a word only from
# the last of COMP_WORDBREAKS (":" and "=" are among them), or from an open quote.
_crm_split() {
  local line=${COMP_LINE:0:COMP_POINT} word= begun= char
  local -i at=0
  words=() quote= before=
  for ((at = 0; at < ${#line}; at++)); do
    char=${line:at:1}
    if [[ $quote == "'" ]]; then
      if [[ $char == "'" ]]; then quote= before=$word; else word+=$char; fi
    elif [[ $char == '\' && ($quote == '' || ${line:at+1:1} == [\\\"\$\`]) ]]; then
      at+=1
      word+=${line:at:1} begun=1
    elif [[ $quote == '"' ]]; then
      if [[ $char == '"' ]]; then quote= before=$word; else word+=$char; fi
    elif [[ $char == [\'\"] ]]; then
      quote=$char begun=1 before=$word
    elif [[ $char == [[:space:]] ]]; then
      [[ $begun ]] && words+=("$word")
      word= begun= before=
    else
      word+=$char begun=1
      [[ $COMP_WORDBREAKS == *"$char"* ]] && before=$word
    fi
  done
  words+=("$word")
}

# `line` as it has to be typed.
_crm_quote() {
  case $quote in
  "'") line=${line//\'/\'\\\'\'} ;;
  '"')
    line=${line//\\/\\\\}
    line=${line//\"/\\\"}
    line=${line//\$/\\\$}
    line=${line//\`/\\\`}
    ;;
  *) [[ $line == *[][:space:]\"\'\\\$\`\&\|\;\<\>\(\)\{\}[*?!#~^]* ]] && printf -v line '%q' "$line" ;;
  esac
}

_crm() {
  local IFS=$'\n' line quote before
  local -a words
  _crm_split
  local word=${words[${#words[@]} - 1]}
  COMPREPLY=()
  while IFS= read -r line; do
    line=${line%%$'\t'*}
    line=${line:${#before}}
    _crm_quote
    COMPREPLY+=("$line")
  done < <(crm complete -- "${words[@]:1}" 2>/dev/null)
  [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *[:=] ]] && compopt -o nospace
  # No file is meant by a filter or an assignment that crm has no answer to.
  [[ ${#COMPREPLY[@]} -eq 0 && $word == *[:=]* && $word != --* ]] && compopt +o default
  return 0
}
complete -o default -F _crm crm
