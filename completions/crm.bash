# bash completion for crm: asks the program itself, so that it knows the store's ids, names, states and fields.
_crm() {
  local IFS=$'\n' line
  COMPREPLY=()
  while IFS= read -r line; do
    line=${line%%$'\t'*}
    [[ $line == *[[:space:]]* ]] && printf -v line '%q' "$line"
    COMPREPLY+=("$line")
  done < <(crm complete -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
  [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *= ]] && compopt -o nospace
}
complete -o default -F _crm crm
