// The alerts of a moment as a person reads them: the last transition of each, the open first, then
// by severity, then the newest; as a table, and one line a transition for those who follow them.
//
// In: AlertRecords; out: text. Widths count characters, not bytes. Thread-safe.
#pragma once

#include <map>
#include <ostream>
#include <string>
#include <vector>

#include "app/alerts/alert_record.h"
#include "app/alerts/alert_words.h"

namespace lagesbild::app {

// The last transition of each alert, by id. Bounded by the alerts that the topic keeps.
class LatestAlerts {
 public:
  void Take(AlertRecord&& alert);
  // In the order of the table.
  std::vector<const AlertRecord*> Ordered() const;

 private:
  std::map<std::string, AlertRecord> by_id_;
};

void WriteAlertTable(const std::vector<const AlertRecord*>& alerts, const Voice& voice, bool color,
                     std::ostream& out);

// "2023-01-14 21:47  opened      severe    …the sentence…  a-…"
std::string AlertLine(const AlertRecord& alert, const Voice& voice);

}  // namespace lagesbild::app
