#include "app/refused_schemas.hpp"

#include "app/hand_edits.hpp"
#include "app/input.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "codec/schema.hpp"

namespace crm::app {

bool RefusedSchemas::any(const std::string& type) {
  const auto known = m_known.find(type);
  return (known != m_known.end() ? known : m_known.emplace(type, look_at(type)).first)->second.has_value();
}

void RefusedSchemas::check(const core::Record& record, const core::Record* before) {
  if (!any(record.type)) return;
  const auto& refused = *m_known.find(record.type)->second;
  if (!refused.committed) deny(refused, with_article(record.type));
  const auto& by_hand = m_workspace.schemas().get(record.type);
  if (by_hand.folder != refused.committed->folder)
    deny(refused, with_article(record.type) + " in " + by_hand.folder + "/");
  for (const auto& [name, value] : record.fields)
    if (by_hand.find(name) != nullptr && refused.committed->find(name) == nullptr &&
        (before == nullptr || !(before->get(name) == value)))
      deny(refused, with_article(record.type) + " with " + name);
}

std::optional<RefusedSchemas::Refused> RefusedSchemas::look_at(const std::string& type) const {
  const auto path = schema_path(type);
  const auto edits = m_workspace.repository().hand_edits({path});
  if (edits.empty()) return std::nullopt;
  const auto plan = plan_adoption(m_workspace, edits);
  if (plan.problems.empty()) return std::nullopt;
  Refused out{plan.denied > 0 ? base::Kind::Denied : base::Kind::InvalidData, plan.problems.front(), {}};
  if (const auto text = m_workspace.repository().read(m_workspace.tree(), path)) {
    auto parsed = codec::parse_schema(*text, path);
    if (auto* schema = std::get_if<core::Schema>(&parsed)) out.committed = std::move(*schema);
  }
  return out;
}

void RefusedSchemas::deny(const Refused& refused, const std::string& what) {
  throw base::Error(refused.kind, base::printable(core::to_text(refused.why)),
                    "no other device would know " + what + ": nothing was written");
}

} // namespace crm::app
