# Read by actions: the configuration, by one start of config, because each start takes as long as all the rest.

# All settings, one a line: KEY PROPERTY VALUE, parted by tabs; the property of a plain value is empty. What `show` prints
# has no value that ends its line. Names that nobody describes, and that could pass for others, are left out.
read_settings() {
    # On its own, so that a database that cannot be read ends the action.
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
        # No type has such a sign: it belongs to the key, and these are properties of another record.
        /^[^ ]/ && substr($0, at + 1) ~ /=/ { key = "" }')
}

# setting KEY [PROPERTY]: nothing when there is none.
setting() {
    printf '%s\n' "$settings" | awk -v start="$1	${2:-}	" '
        index($0, start) == 1 { print substr($0, length(start) + 1); exit }'
}
