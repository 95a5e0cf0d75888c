#include "cmd/topics.hpp"

#include "base/text.hpp"
#include "cmd/exit_codes.hpp"
#include "core/when.hpp"

#include <fmt/format.h>

namespace crm::cmd {
namespace {

constexpr std::size_t widest = 80;

constexpr const char* times_page =
    R"(Times

  14:00   2pm   noon              today; `crm book move`: on its day
  tomorrow 2pm   fri 9:30         a day and a time
  next tue 9   last mon           weekdays, see below
  +3d   in 2 weeks   in 45 min    from now
  2026-11-24 14:00   24 nov 14:00 a date
  … Europe/Paris                  any of them in another zone

)";

constexpr const char* series_page =
    R"(Series

  crm book ada "tue 14:00" --every "week on tue,thu" --until 2026-12-18
  --every day | "2 days" | weekday | "week on tue,thu" | "2 weeks" | month |
          "month on 15" | "month on 2nd tue" | "month on last fri" | year
  --rrule FREQ=…    the same as RFC 5545 writes it; at most once a day
  --until DAY, --count N; without either it has no end

  A series is one record; its occurrences are computed, 14:00 on the wall
  staying 14:00. Lists without an end look three months ahead, clashes are
  looked for in the next 366 days and 500 occurrences. --skip-clashes cancels
  those that clash, with the reason.
  An occurrence is named by series and day, 7f3k@2026-12-01 or 7f3k@tue, or by
  contact and day, ada@tue. The series are in `crm book list --series`.

  move, assign, tag, edit, set, cancel, confirm, arrive, done, no-show, rm:
  --this     this one alone, which becomes a record of its own (the default)
  --future   this one and those after it: the series is split
  --all      the whole series, what is over included
  What one was given on its own it keeps: moved alone, it stays where it is.
  `restore` and `reopen` bring back what was cancelled, `undo` all of it.
  crm set 7f3k rrule="FREQ=WEEKLY;UNTIL=20270630" except+=2026-12-24
  changes the rule, and leaves a day out.
)";

constexpr const char* filters_page =
    R"(Filters of lists: `crm book list`, `crm list contact`, …

  ada lovelace            in the name, in the customer's, or in a field that is
                          searched; any part of a word, where `crm search` wants
                          its beginning
  status:booked,arrived   a field's value; several are or
  with:bob  in:room-2     references by name, key or id
  start:tomorrow  due:<fri  start:2026-11..2026-12
  changed:>mon            the last Monday: of what has been (created, changed,
                          at of notes, last_contact) a word is the last such day
  value:>1000  value:100..200  duration:>=45m
  tag:vip  -tag:blocked   an element of a list; - is not
  phone:~0018             a part of an element; texts match by part anyway,
  name:=Ada               and as a whole with =
  owner:none  owner:any   not set, or set
  @vips                   saved in crm.yaml as
                          `filters: {vips: tag:vip value:>500}`

  All must hold. Fields have their names from `crm types TYPE`, their singular,
  or the word of the verbs: with, for, in, status, when.
  --sort -value,name   --limit 10   --columns name,value   --count
  --group-by stage     how many have each value, and sums of numbers
)";

constexpr const char* sync_page =
    R"(Sync: several devices, and no need of the internet meanwhile

  mkdir /media/usb/practice.git      # or any repository that git can reach
  crm remote add stick /media/usb/practice.git
  crm sync                           # fetch, look at it, merge, push

On the next device, and then on an owner's, who vouches for its key:

  crm join /media/usb/practice.git practice --member bob --device tablet-2
  crm sync && crm member approve bob && crm sync

  Everybody works on as usual while there is no connection. A sync goes through
  all remotes; one that cannot be reached stops nothing. A new remote is an
  empty folder or repository; `crm hub init DIR` makes one that verifies what is
  pushed to it.
  What comes in is looked at before it is merged: files, schemas, records and
  signatures. What is not as it should be is refused with its reason. Merging is
  by field, and all devices come to the same: `crm help conflicts`.

  crm sync --dry-run                 # what it would do
  crm sync --status                  # how each remote and device stands
  crm sync --watch                   # stays, and sends each batch at once
  crm sync --bundle FILE             # by a file that travels
  crm checkpoint "before dispatch"   # proves that all remotes are in step

  Exits 9 when no remote could be reached, 10 when one was not brought up to
  date. For cron: */5 * * * * crm --store ~/practice sync -q
  `crm sync --help` has all options.
)";

constexpr const char* conflicts_page =
    R"(Conflicts: what two devices wrote at once

  Merging is by field, by the rule that the field has in its schema: of most the
  newest counts, lists like phones and tags keep what both sides added, a status
  goes as far as it can. Where only a person can decide (when, price, owner,
  stage), both values are kept and one of them is shown meanwhile. Nothing else
  waits for it.

  crm conflicts                      # what waits; exits 7 when there is some
  crm resolve                        # asks, one after the other
  crm resolve ada --pick 2           # the second of those that are shown
  crm resolve ada --theirs           # also --ours, --base, --both, --value V
  crm resolve ada --field name --pick 1

  Writing the field anew decides as well, as `crm book move` does for a time. A
  decision is a batch: it syncs, and `crm undo` takes it back.

  After each merge what the two sides broke together is told too, with what can
  be done: CLASH, a room or person that both have booked; a key that was given
  twice, like room-2; references to what somebody has deleted.
)";

constexpr const char* roles_page =
    R"(Roles: who may do what

  crm policy                         # roles, and what is proposed
  crm whoami                         # who writes here, in which role
  crm member new "Bob Ross" --key bob --role staff
  crm member set bob role=manager
  crm as bob note ada "called back"  # several people at one device

  policy/roles.yaml says for each role which types of record it may create,
  change and delete, and with which fields. What is not granted is denied. A new
  store has owner, manager, front-desk, staff and auditor. To change it, edit
  the file, raise its `version`, and `crm commit`; where several must agree,
  `crm policy propose FILE` asks the others.

  Each device signs with a key of its own, and an owner vouches for it:

  crm member requests                # keys that wait
  crm member approve bob
  crm member revoke bob --device tablet-2    # lost: nothing from it counts

  Every device checks what it receives by the policy that was in force when it
  was written. What a member wrote and may not is put aside, and not lost:
  `crm audit quarantine` lists it.
)";

constexpr const char* editing_page =
    R"(Editing by hand

  Records are YAML files: change them with any editor. crm notices, checks
  them, keeps your comments, and commits them as a batch of their own, at the
  next write or with `crm commit`. What is not valid is refused with file,
  line and field, and stays as it is until you mend it. Backups and swap files
  that an editor leaves beside a record (FILE~, .FILE.swp, #FILE#, FILE.orig,
  FILE.bak, FILE.tmp) are left alone, and never sent.
  A file that you delete becomes a deleted record: `crm restore` brings it back.

  Where a power cut has damaged .git, `crm doctor` says what of it, and
  `crm doctor --repair` goes back to the newest commit that can be read. It
  leaves the files as they are: what is newer in them, `crm commit` takes in.
)";

constexpr const char* attachments_page =
    R"(Attachments: files that belong to records

  crm note ada "consent signed" --attach form.pdf
  crm note set 7f3k --attach photo.jpg
  crm attachment add 7f3k photo.jpg         # the same, of any type
  crm attachment                            # all of them
  crm attachment list 7f3k                  # those of one record
  crm attachment save form.pdf -o /tmp/     # also by the record, or the SHA-256

  A file is in the store once, however many records have it, under the SHA-256
  of its bytes: attachments/9f/9f86…. It comes with the commit that names it,
  travels with `crm sync`, and is never changed or removed: what a record no
  longer names stays as long as the history does, and `crm doctor` counts it.
  At most 25 MiB each. The type is told by the bytes, not by the name. Programs
  and scripts are not attached; anything else is, and crm never opens it.
  Whoever may write a record may attach to it.

  Notes can have attachments. Any other type can, too, when its schema has the
  field `attachments` as schemas/note.yaml has it; so does a store that was made
  before crm knew them:
  cp /usr/local/share/crm/schemas/note.yaml schemas/ && crm commit
)";

constexpr const char* moving_page =
    R"(Moving: `crm export FORMAT`, `crm import FORMAT`

  json ndjson yaml  whole records with their provenance: lossless, to the byte
  csv     a table a type. Lists are "a; b", what is deeper is JSON, a cell that
          would be run as a formula has an apostrophe in front. Comes back
          with the same values, and without provenance, concurrent values,
          deleted records. A series is one row; a row for each occurrence is
          `crm book list --from DAY --to DAY --format csv`.
  all     one plain tar: records.ndjson, the files of attachments, schemas,
          policy, crm.yaml, and the history as a git bundle, with a manifest and
          SHA-256 sums. `crm import all FILE DIR` makes the same store of it.
  vcf     contacts.  FN name · ORG org · EMAIL emails · TEL phones · ADR address
          BDAY birthday · CATEGORIES tags · NOTE about · TZ zone · LANG language
          UID. Versions 2.1, 3.0 and 4.0. Not kept: pictures, sounds, keys, a
          card within a card, and whether a number is for home or work. All
          else is kept in extra, what Apple's phones label under its label.
  ics     VEVENT appointments: DTSTART start and zone · DTEND, DURATION duration
          SUMMARY title · LOCATION location · DESCRIPTION notes · CATEGORIES
          tags · STATUS status. VTODO tasks: DUE due · PRIORITY priority.
          VJOURNAL notes. RRULE, RDATE, EXDATE, RECURRENCE-ID a series and its
          occurrences; what happens more than once a day, by two rules, or by
          EXRULE is set aside, and changes of THISANDFUTURE are. Not kept:
          reminders, VFREEBUSY, binary attachments.
  vdir    a folder with one .ics for each appointment, a series with its
          occurrences in one, for vdirsyncer, khal, Radicale, and so for phones.
          `crm export vdir DIR` writes it; files that differ are written, those
          of what is called off are removed.
  Attachments: json, ndjson, yaml and csv carry what a record says of them (the
          field `attachments`), `all` the files too; vcf and ics neither;
          html has name and size of what is about the day, its deals and tasks.

Calendars that others change: `crm sync --vdir DIR --with bob`

  Bob's appointments of the last 90 days (--past) and those to come are in DIR.
  What is changed in a file, made, or deleted there becomes a batch by bob,
  one a file: start, length, title, place, notes, tags, rule, single
  occurrences. It is checked as bob's own work would be, by schema, policy and
  clashes. Deleted there is cancelled here. What both sides changed is merged
  by field, and where only a person can decide both values are kept:
  `crm conflicts`. A new one is the contact's whose e-mail address is asked to
  come, or whose name the title is or begins with: "Ada Lovelace: check-up".
  What clashes (exit 6, --force "why" books it) or cannot be (exit 10) is told
  with its reason, and left in the folder as it is. Reminders and what programs
  note for themselves stay in the files. When many files have gone at once,
  nothing is done without --allow-deletions. A folder belongs to one device.

  Times: of a TZID that is an IANA zone, ends in one, or is Windows' name; of a
  zone that the calendar defines itself, by its rules, as your clocks show it
  then; without a zone, in the calendar's (X-WR-TIMEZONE) or the store's.
  The tables of Google Contacts, Outlook (English, German, French, Spanish,
  Italian, Dutch, Portuguese) and HubSpot are known; any other by its headings,
  or --map COLUMN=FIELD. Columns that have no field land in extra, under their
  name. UTF-8, UTF-16 and Windows-1252 are told apart, as are comma, semicolon
  and tab.
  What is not taken over is said, but for what only says when and with what a
  file was written: CREATED, LAST-MODIFIED, DTSTAMP, SEQUENCE, REV, PRODID.
  One import is one batch. What is known again (by id, UID, or e-mail address)
  is changed where the file says something new, and left where people here have
  changed it since. Bad rows are set aside; the exit code is 5.
)";

constexpr const char* backups_page =
    R"(Backups: `crm export all -o practice.tar`, and what brings a store back

  The archive has the records, attachments, schemas, policy, settings and the
  history. It has no secret keys. Others take in only what is signed by a key
  that an owner has approved, and the keys are in .git/crm/keys of each device.
  So an owner also keeps one of these, or both:
  - a second device: `crm join` there, then here `crm sync` and
    `crm member approve`
  - a copy of .git/crm/keys, apart from the archive and as safe as a password

Back with its history

  crm import all practice.tar restored --member alice --device new-desk
  Where a device of an owner is left, it approves the new one as any other:
    crm sync, and there: crm sync, crm member approve alice, crm sync
  Where none is left, with the copy of the keys that were alice's on desk
  (alice.pub ends with alice@desk), in the folder restored:
    cp -p /safe/keys/* .git/crm/keys/
    crm git config crm.device desk
    crm git config user.email alice@desk
    crm whoami                         # desk again, and its key is approved
  What was written there before is still new-desk's. Note its key, which
  `crm whoami` shows, before the keys are put back, and then:
    crm member approve alice --device new-desk --key "ssh-ed25519 AAAA…"
  If desk itself is not lost after all, one of the two takes another name and
  another key at its next sync.

Without any key: a new store

  The history stays readable in the folder restored; nobody takes in what is
  written there. The records go on in a store with another history, which all
  devices join anew:
    tar xf practice.tar
    crm init new --name "Lovelace Dental" --member alice --device new-desk
    cp crm-archive/schemas/* new/schemas/
    cd new; crm commit; crm import ndjson ../crm-archive/records.ndjson
    cp -r ../crm-archive/attachments . && git add attachments &&
      git commit -m "Bring the attachments"
  The member who makes the store stays as they are; other devices' keys in the
  archive count as approved. What was set in crm.yaml (all but `store`) and in
  policy/roles.yaml is taken over with an editor, and `crm commit`.
)";

constexpr const char* scripts_page =
    R"(Scripts

  --json            one JSON object; fields are never removed, absent is null,
                    lists are [] when empty. Described in schemas/output/.
  --format ndjson   one record a line; also yaml, and of lists csv and tsv
  -o FILE           written whole or not at all
  sync --watch --json   the object of `crm sync` for each sync, one a line,
                    until nobody reads them any more
  Data goes to standard output, everything else to standard error. Without a
  terminal there is no colour, no prompt and no abbreviation.
  CRM_STORE  the store      CRM_NOW     the time to work with, in UTC
  CRM_MEMBER who writes     CRM_LOCK_WAIT  seconds to wait for another writer
  NO_COLOR   no colour      COLUMNS     the width
  CRM_TRACE  1 tells on standard error what each part of the work took
)";

std::string times() {
  return times_page + base::join(base::wrap(core::weekday_rule, widest), "\n") + "\n";
}

std::string codes() {
  constexpr std::size_t name_columns = 20, before = 3 + 2 + name_columns + 2;
  std::string out;
  for (const auto& code : exit_codes()) {
    std::string lines;
    for (const auto& line : base::wrap(code.meaning, widest - before))
      lines += (lines.empty() ? "" : "\n" + std::string(before, ' ')) + line;
    out += fmt::format("{:>3}  {}  {}\n", code.code, base::pad(code.name, name_columns), lines);
  }
  out += "`crm git …` exits as git does.\n";
  return out;
}

} // namespace

const std::vector<Topic>& topics() {
  static const std::vector<Topic> all{
      {"times", "how days and times are written", times()},
      {"series", "appointments that repeat", series_page},
      {"filters", "the language of lists", filters_page},
      {"sync", "several devices", sync_page},
      {"conflicts", "what two devices wrote at once", conflicts_page},
      {"roles", "who may do what", roles_page},
      {"editing", "records in an editor", editing_page},
      {"attachments", "files that belong to records", attachments_page},
      {"moving", "what imports and exports map to what", moving_page},
      {"backups", "and what brings a store back", backups_page},
      {"scripts", "JSON, variables, cron", scripts_page},
      {"exit-codes", "what each exit code means", codes()},
  };
  return all;
}

std::vector<std::string> topic_names() {
  std::vector<std::string> out;
  for (const auto& topic : topics())
    out.push_back(topic.name);
  return out;
}

} // namespace crm::cmd
