#include "cmd/page/page.hpp"

namespace crm::cmd {

// State is never told by colour alone: words and marks say it, too. Paper gets the day sheet.
const char* const style_sheet =
    R"(:root { --ink: #1c2430; --dim: #5c6773; --paper: #f5f6f8; --card: #fff; --line: #dde1e6; --blue: #1f5fae; --pale: #e3eefb;
  --good: #1c7a46; --warn: #8a5a00; --bad: #b3261e; --pale-bad: #fbe4e2; --minute: 1.25px; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8ebef; --dim: #a0a9b4; --paper: #14181d; --card: #1d232a; --line: #353d47; --blue: #8bb8f2; --pale: #22364f;
  --good: #6fd09b; --warn: #e6b95c; --bad: #ff9d95; --pale-bad: #4a2321; } }
* { box-sizing: border-box; margin: 0; }
body { font: 16px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; color: var(--ink); background: var(--paper); }
header.top, main { max-width: 76rem; margin: 0 auto; padding: 1rem; }
header.top { display: flex; flex-wrap: wrap; align-items: baseline; gap: .25rem 1rem; padding-bottom: 0; }
h1 { font-size: 1.6rem; flex: 1 0 auto; } h2 { font-size: 1.15rem; margin-bottom: .6rem; } h3 { font-size: .95rem; }
.store { font-weight: 600; color: var(--blue); width: 100%; } .made, .none, .closed { color: var(--dim); }
nav { display: flex; gap: 1rem; } nav a { color: var(--blue); padding: .4rem 0; }
section { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; padding: 1rem; margin-bottom: 1rem; overflow-wrap: anywhere; }
ol, ul { list-style: none; padding: 0; }
time { font-variant-numeric: tabular-nums; color: var(--dim); white-space: nowrap; }
.health { border-inline-start: .5rem solid var(--good); } .health.warn { border-inline-start-color: var(--warn); } .health.bad { border-inline-start-color: var(--bad); }
.health h2 { display: none; }
.age { font-size: 2.4rem; font-weight: 700; line-height: 1.15; color: var(--good); } .warn .age { color: var(--warn); } .bad .age { color: var(--bad); }
.words { margin-bottom: .5rem; } .alarm { color: var(--bad); font-weight: 600; }
.health li { display: flex; gap: .75rem; } .health li b { min-width: 6rem; } .health li span { color: var(--dim); } .health li.bad span { color: var(--bad); }
.board { display: flex; overflow-x: auto; }
.hours, .times { position: relative; height: calc(var(--long) * var(--minute)); }
.hours { flex: 0 0 3.6rem; margin-top: 1.9rem; color: var(--dim); font-size: .85rem; font-variant-numeric: tabular-nums; }
.hours span { position: absolute; top: calc(var(--at) * var(--minute) - .65em); }
.column { flex: 1 1 10rem; min-width: 9rem; border-inline-start: 1px solid var(--line); }
.column h3 { height: 1.9rem; padding: 0 .4rem; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
.times { background: repeating-linear-gradient(to bottom, var(--line) 0 1px, transparent 1px calc(60 * var(--minute))); }
.times > div { position: absolute; top: calc(var(--at) * var(--minute)); height: calc(var(--for) * var(--minute)); inset-inline: 0; overflow: hidden; }
.open { border-inline-start: 3px solid var(--good); opacity: .5; }
.off, .buffer { background: repeating-linear-gradient(45deg, var(--line) 0 4px, transparent 4px 10px); color: var(--dim); font-size: .85rem; padding: .1rem .5rem; }
.buffer { opacity: .6; }
.times > .visit { inset-inline: auto; inset-inline-start: calc(100% / var(--lanes) * var(--lane) + 4px); width: calc(100% / var(--lanes) - 6px); min-height: 1.2rem;
  background: var(--pale); border: 1px solid var(--blue); border-radius: .35rem; padding: 0 .4rem; font-size: .85rem; line-height: 1.25; }
.times .visit b, .times .visit span { display: block; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; } .times .visit span { color: var(--dim); }
.visit.clash, .week .clash { color: var(--bad); } .times > .visit.clash { background: var(--pale-bad); border: 2px solid var(--bad); }
.times > .no-show { border-style: dashed; background: transparent; } .done { opacity: .75; }
.sheet { display: none; } .sheet li { display: flex; gap: .75rem; padding: .5rem 0; border-top: 1px solid var(--line); } .sheet time { flex: 0 0 6.6rem; }
.sheet span { color: var(--dim); } .sheet p { color: var(--ink); } .sheet .gone b { text-decoration: line-through; font-weight: normal; }
.week { display: grid; grid-template-columns: repeat(7, minmax(0, 1fr)); gap: .6rem; } .week .today { background: var(--pale); }
.each { border-radius: .4rem; padding: .4rem; } .each.shut h3 { color: var(--dim); } .each li { display: flex; gap: .5rem; font-size: .9rem; padding: .1rem 0; }
.stages { display: grid; grid-template-columns: repeat(auto-fit, minmax(12rem, 1fr)); gap: 1rem; }
.bar { height: .6rem; width: max(2px, var(--part)); background: var(--blue); border-radius: .2rem; margin: .25rem 0; } .sum { color: var(--dim); }
.stage li, .tasks li { display: flex; gap: .75rem; padding: .2rem 0; border-top: 1px solid var(--line); } .stage li span, .tasks li span { flex: 1; }
.tasks time { flex: 0 0 8.5rem; } .late time { color: var(--bad); font-weight: 600; } li b { font-weight: 500; }
@media (max-width: 44rem) {
  nav { width: 100%; } .board { display: none; } .sheet { display: block; } .week { grid-template-columns: 1fr; } .age { font-size: 2rem; }
  .tasks li { flex-wrap: wrap; gap: 0 .75rem; } .tasks li span { flex: 1 1 100%; order: 3; }
}
@media print {
  :root { --paper: #fff; --card: #fff; --ink: #000; --dim: #333; --line: #999; --blue: #000; --pale: #fff; --pale-bad: #fff; --good: #000; --warn: #000; --bad: #000; }
  body { font-size: 11pt; } header.top, main { max-width: none; padding: 0; } nav, .board, #week, #pipeline, .health ul { display: none; }
  section { border: 0; padding: 0 0 .5rem; } .age { font-size: 1.4rem; } .health { border-inline-start: 0; } .sheet { display: block; } .sheet li, .tasks li { break-inside: avoid; }
}
)";

} // namespace crm::cmd
