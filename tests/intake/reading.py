"""Reads calendars, cards and tables without any help of crm's: what a file holds, to be compared with what crm made of it."""
import csv, datetime, io, quopri, re, zoneinfo

try:
    import icalendar  # for zones that a calendar defines itself; without it their events go unchecked
except ImportError:
    icalendar = None

ENTRIES = ("VEVENT", "VTODO", "VJOURNAL")
# Says nothing of what is meant, only when and with what it was written; and what is compared by its meaning.
APART = {"BEGIN", "END", "VERSION", "PRODID", "REV", "UID", "DTSTAMP", "SEQUENCE", "CREATED", "LAST-MODIFIED", "CALSCALE", "METHOD", "X-WR-TIMEZONE",
         "DTSTART", "DTEND", "DURATION", "DUE", "STATUS", "PRIORITY", "RECURRENCE-ID", "RRULE", "RDATE", "EXDATE", "EXRULE", "BDAY", "X-CRM-PROBLEM"}


def text_of(path):
    data = open(path, "rb").read()
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"): return data.decode("utf-16", "replace")
    data = data[3:] if data[:3] == b"\xef\xbb\xbf" else data
    try: return data.decode("utf-8")
    except UnicodeDecodeError: return data.decode("windows-1252", "replace")


class Property:
    def __init__(self, line):
        head, _, self.value = split_head(line)
        name, *parameters = split_quoted(head, ";")
        self.name = name.rsplit(".", 1)[-1].strip().upper()
        self.parameters = {}
        for each in parameters:
            key, equals, value = each.partition("=")
            self.parameters.setdefault(key.strip().upper() if equals else "", value.strip().strip('"') if equals else key.strip().upper())

    def is_quoted_printable(self): return "QUOTED-PRINTABLE" in (self.parameters.get("ENCODING", "").upper(), self.parameters.get("", ""))
    def said(self):
        if not self.is_quoted_printable(): return self.value
        return quopri.decodestring(self.value.encode("utf-8", "replace")).decode(self.parameters.get("CHARSET", "utf-8"), "replace")


def split_quoted(text, separator):
    out, quoted = [""], False
    for c in text:
        if c == '"': quoted = not quoted
        if c == separator and not quoted: out.append("")
        else: out[-1] += c
    return out


def split_head(line):
    head = split_quoted(line, ":")[0]
    if len(head) == len(line): head = line.split(":", 1)[0]  # a quote that nobody closes
    return head, ":", line[len(head) + 1:]


class Component:
    def __init__(self, name):
        self.name, self.properties, self.parts, self.whole = name, [], [], True

    def get(self, name):
        return next((each for each in self.properties if each.name == name), None)


def logical_lines(text):
    out, soft = [], False
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        if soft and out: out[-1] = out[-1][:-1] + (line[1:] if line[:1] in (" ", "\t") else line)
        elif line[:1] in (" ", "\t") and out: out[-1] += line[1:]
        else: out.append(line)
        soft = out[-1].endswith("=") and "QUOTED-PRINTABLE" in split_head(out[-1])[0].upper()
    return [line for line in out if line.strip()]


def components(text):
    """Those at the top of the file, those within them in `parts`. What is not ended is not `whole`."""
    top, stack = [], []
    for line in logical_lines(text):
        word, _, name = line.partition(":")
        name = name.strip().upper()
        if word.strip().upper() == "BEGIN":
            within = stack and stack[-1].properties and stack[-1].properties[-1].name == "AGENT" and not stack[-1].properties[-1].value
            if stack and stack[-1].name == name and name != "VCALENDAR" and not within: stack.pop().whole = False
            stack.append(Component(name))
            (stack[-2].parts if len(stack) > 1 else top).append(stack[-1])
        elif word.strip().upper() == "END":
            while any(each.name == name for each in stack):
                done = stack.pop()
                if done.name == name: break
                done.whole = False
        elif stack and ":" in line: stack[-1].properties.append(Property(line))
    for each in stack: each.whole = False
    return top


def local_time(value):
    match = re.fullmatch(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)?)?(Z?)", value.split(",")[0].strip())
    if not match: return None
    numbers = [int(each or 0) for each in match.groups()[:6]]
    try: return datetime.datetime(*numbers[:5], min(numbers[5], 59)), match[4] is None, match[7] == "Z"
    except ValueError: return None


def unescaped(text): return re.sub(r"\\([\\,;:])", r"\1", text)


def offset_zone(definition):
    """The zone that a VTIMEZONE defines, by icalendar; None where that cannot be had."""
    if icalendar is None: return None
    lines = []
    def write(part):
        lines.append(f"BEGIN:{part.name}")
        for each in part.properties: lines.append(f"{each.name}:{each.value}")
        for each in part.parts: write(each)
        lines.append(f"END:{part.name}")
    write(definition)
    try: return icalendar.Timezone.from_ical("\r\n".join(lines)).to_tz()
    except Exception: return None


def start_of(event, calendar, store_zone):
    """("day", date), ("at", instant, zone or None), or None for what cannot be told without crm."""
    begin = event.get("DTSTART")
    read = begin and local_time(begin.value)
    if not read: return None
    local, whole_day, utc = read
    if whole_day: return "day", local.date()
    if utc: return "at", local.replace(tzinfo=datetime.timezone.utc), None
    named = calendar.get("X-WR-TIMEZONE")
    tzid = begin.parameters.get("TZID")
    if tzid is None and named is None: return "at", local.replace(tzinfo=zoneinfo.ZoneInfo(store_zone)).astimezone(datetime.timezone.utc), store_zone
    if tzid is None: tzid = named.value.strip()
    try: return "at", local.replace(tzinfo=zoneinfo.ZoneInfo(tzid)).astimezone(datetime.timezone.utc), tzid
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError): pass
    for each in calendar.parts:
        if each.name == "VTIMEZONE" and each.get("TZID") and unescaped(each.get("TZID").value) == tzid and (zone := offset_zone(each)):
            try: return "at", (zone.localize(local) if hasattr(zone, "localize") else local.replace(tzinfo=zone)).astimezone(datetime.timezone.utc), None
            except Exception: return None
    return None


def words(text):
    text = re.sub(r"^(tel|mailto):", "", re.sub(r"\\[nN]", " ", text), flags=re.I)
    return re.findall(r"[a-z0-9]{3,}", text.lower())


def rows_of(text):
    """The header and the rows of a table that are not empty."""
    first = text.split("\n", 1)[0]
    if first.startswith("sep=") and len(first.strip()) == 5: separator, text = first[4], text.split("\n", 1)[-1]
    else:
        bare = re.sub(r'"[^"]*"', "", first)
        separator = max(",;\t", key=bare.count)
    csv.field_size_limit(1 << 24)
    table = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator) if any(cell.strip() for cell in row)]
    return (table[0], table[1:]) if table else ([], [])
