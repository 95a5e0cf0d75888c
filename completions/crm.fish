# fish completion for crm: asks the program itself, so that it knows the store's ids, names, states and fields.
function __crm_complete
    set -l words (commandline -opc) (commandline -ct)
    crm complete -- $words[2..-1] 2>/dev/null
end
complete -c crm -f -a '(__crm_complete)'
