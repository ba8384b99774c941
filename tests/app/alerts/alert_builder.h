// An alert record as JSON, with any field changed: three assaults, two reports of the last,
// limit 3.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace lagesbild::app {

class AlertBuilder {
 public:
  // `json` is the field's value, as JSON.
  AlertBuilder& With(const std::string& field, const std::string& json) {
    for (auto& [name, value] : fields_) {
      if (name != field) continue;
      value = json;
      return *this;
    }
    fields_.emplace_back(field, json);
    return *this;
  }
  AlertBuilder& Without(const std::string& field) {
    std::erase_if(fields_, [&](const auto& each) { return each.first == field; });
    return *this;
  }
  std::string Json() const {
    std::string json;
    for (const auto& [name, value] : fields_)
      json += (json.empty() ? "{\"" : ",\"") + name + "\":" + value;
    return json + "}";
  }

  static std::string Incident(const std::string& id, const std::string& at, int reports = 1,
                              const std::string& verification = "unconfirmed") {
    return R"({"id":"i-)" + id + R"(","class":"assault","occurred_from":")" + at +
           R"(","reports":)" + std::to_string(reports) + R"(,"verification":")" + verification +
           "\"}";
  }

 private:
  std::vector<std::pair<std::string, std::string>> fields_ = {
      {"alert_id", R"("a-0123456789abcdef")"},
      {"generation", "1"},
      {"sequence", "1"},
      {"state", R"("open")"},
      {"at", R"("2023-01-14T20:47:00Z")"},
      {"since", R"("2023-01-14T20:47:00Z")"},
      {"rule", R"("violence-24h")"},
      {"rule_set", R"("00ff")"},
      {"severity", R"("moderate")"},
      {"certainty", R"("likely")"},
      {"picture", R"("hv")"},
      {"area", R"("hv-1")"},
      {"area_name", R"("Hässelby gård")"},
      {"of", R"("violence")"},
      {"window", R"("24h")"},
      {"observed", "3"},
      {"enter", "3"},
      {"exit", "1"},
      {"counts", R"({"incidents":3,"reports":4,"by_kind":{"police":3,"guard":1}})"},
      {"incidents", "[" + Incident("1", "2023-01-14T17:00:30Z") + "," +
                        Incident("2", "2023-01-14T19:00:00Z") + "," +
                        Incident("3", "2023-01-14T20:47:00Z", 2) + "]"},
      {"incidents_omitted", "0"},
      {"completeness", R"("complete")"},
      {"blind_sources", "[]"},
      {"reason", "null"},
      {"silenced", "false"},
      {"acknowledged", "false"},
      {"text", R"({"sv":"3 våldshändelser.","en":"3 violent incidents."})"},
  };
};

}  // namespace lagesbild::app
