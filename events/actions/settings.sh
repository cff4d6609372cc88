# Sourced by actions: reads the configuration with a single call of config, because each call takes as long as all the rest.

# All settings, one per line: KEY PROPERTY VALUE, separated by tabs; the property of a plain value is empty. `show` never
# prints a value with a line break. Undescribed names that could be mistaken for others are skipped.
read_settings() {
    # A separate statement, so that an unreadable database ends the action.
    settings=$(config show)
    settings=$(printf '%s\n' "$settings" | awk '
        {
            at = index($0, "=")
            name = substr($0, 1, at - 1)
            sub(/^    /, "", name)
            plain = name ~ /^[A-Za-z0-9._-]+$/
        }
        /^[^ ]/ { key = plain ? name : ""; property = "" }
        /^    / { property = plain ? name : "="; }
        key != "" && property != "=" { print key "\t" property "\t" substr($0, at + 1) }
        # No type contains such a character: it belongs to the key, and these are properties of another record.
        /^[^ ]/ && substr($0, at + 1) ~ /=/ { key = "" }')
}

# setting KEY [PROPERTY]: prints nothing if there is none.
setting() {
    printf '%s\n' "$settings" | awk -v start="$1	${2:-}	" '
        index($0, start) == 1 { print substr($0, length(start) + 1); exit }'
}
