# fish completion for crm: asks the program itself, so that it knows the store's ids, names, states and fields.
function __crm_complete
    set -l words (commandline -opc) (commandline -ct)
    set -l found (crm complete -- $words[2..-1] 2>/dev/null)
    if test (count $found) -gt 0
        printf '%s\n' $found
    else if set -l option (string match -r '^(--[^=]+=)(.*)' -- $words[-1])
        for path in (__fish_complete_path $option[3])
            echo $option[2]$path
        end
    else if not string match -q -r '[:=]' -- $words[-1]
        __fish_complete_path $words[-1]
    end
end
complete -c crm -f -a '(__crm_complete)'
