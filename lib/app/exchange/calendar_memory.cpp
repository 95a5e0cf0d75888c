#include "app/exchange/calendar_memory.hpp"

#include "base/text.hpp"
#include "codec/json.hpp"
#include "store/sha1.hpp"
#include "store/small_file.hpp"

#include <sys/stat.h>
#include <unistd.h>

namespace crm::app {
namespace {

constexpr std::size_t longest_memory = std::size_t{64} << 20;

} // namespace

std::string calendar_digest(std::string_view text) {
  return store::to_hex(store::sha1(text));
}

CalendarMemory::CalendarMemory(const store::Repository& repository, const std::string& folder,
                               const std::string& member) {
  const std::string all = repository.private_dir() + "/calendars";
  m_folder = all + "/" + calendar_digest(folder + "\n" + member).substr(0, 16);
  constexpr mode_t mine = 0700;
  ::mkdir(all.c_str(), mine);
  ::mkdir(m_folder.c_str(), mine);
  const auto text = store::read_small_file(m_folder + "/files", longest_memory);
  if (!text) return;
  for (const auto line : base::split(*text, '\n')) {
    const auto value = codec::from_json(line);
    const auto* map = value ? value->if_map() : nullptr;
    if (map == nullptr || map->text("file").empty()) continue;
    m_entries.insert_or_assign(map->text("file"),
                               Entry{map->text("id"), map->text("ours"), map->text("theirs")});
  }
}

std::string CalendarMemory::base_file(const std::string& name) const {
  return m_folder + "/" + calendar_digest(name) + ".ics";
}

std::optional<std::string> CalendarMemory::base(const std::string& name) const {
  auto text = store::read_small_file(base_file(name));
  const auto known = m_entries.find(name);
  if (!text || known == m_entries.end() || calendar_digest(*text) != known->second.theirs)
    return std::nullopt; // a killed sync may have left the one and not the other
  return text;
}

void CalendarMemory::agree(const std::string& name, const std::string& id, const std::string& ours,
                           const std::string& theirs) {
  store::keep_small_file(base_file(name), theirs);
  m_entries.insert_or_assign(name, Entry{id, calendar_digest(ours), calendar_digest(theirs)});
}

void CalendarMemory::forget(const std::string& name) {
  ::unlink(base_file(name).c_str());
  m_entries.erase(name);
}

void CalendarMemory::save() const {
  std::string out;
  for (const auto& [name, entry] : m_entries) {
    core::Map line;
    line.set("file", name);
    line.set("id", entry.id);
    line.set("ours", entry.ours);
    line.set("theirs", entry.theirs);
    out += codec::to_json(line) + "\n";
  }
  store::keep_small_file(m_folder + "/files", out);
}

} // namespace crm::app
