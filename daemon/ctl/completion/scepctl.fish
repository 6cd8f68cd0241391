# fish completion for scepctl: the program itself knows what fits.
function __scepctl_candidates
    set --local words (commandline --tokenize --cut-at-cursor) (commandline --current-token --cut-at-cursor)
    for line in ($words[1] complete $words[2..] 2>/dev/null)
        if test $line = :files
            __fish_complete_path (commandline --current-token --cut-at-cursor)
        else
            echo $line
        end
    end
end
complete --command scepctl --no-files --arguments "(__scepctl_candidates)"
