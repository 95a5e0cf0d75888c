# A small practice to try things in: sourced by tests, prints nothing.
crm init . --name "Lovelace Dental" --zone Europe/London --currency GBP --member alice --device desk -q >/dev/null
crm member new "Bob Ross" --key bob --role staff >/dev/null
crm resource new "Room 1" --key room-1 --kind room >/dev/null
crm resource new "Room 2" --key room-2 --kind room >/dev/null
crm service new "First visit" --key first-visit --duration 45m --buffer-after 10m --price 60 >/dev/null
crm contact new "Ada Lovelace" --phone "020 7946 0018" --email ada@example.org --tag vip >/dev/null
crm contact new "Grace Hopper" --phone "020 7946 0042" >/dev/null
# An owner vouches here for the key of a member's clone: vouch bob ../tablet
vouch() { crm sync -q && crm member approve "$1" -q >/dev/null && crm sync -q && (cd "$2" && crm sync -q); }
# Is the store as an admin wants it? Prints nothing when it is.
sound() { git status --porcelain; git fsck --strict --no-dangling --no-progress 2>&1; crm doctor >/dev/null || crm doctor; }
