// AlertDesk: what an alert command works at: the configuration, the transitions it reads, and the
// topic commands it answers to. Opened piece by piece, as the flags ask for it.
//
//   --from FILE    transitions of replay output              --to FILE   commands as replay input
//   --embedded     the log in state.dir, which one process holds at a time
//   neither        Kafka, by kafka.bootstrap.servers
// What goes wrong is said on io.err; exit_code() then has the code. Thread-compatible.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "app/alerts/alert_reader.h"
#include "app/alerts/alert_words.h"
#include "app/command.h"
#include "app/config/config.h"
#include "app/service/log_access.h"
#include "feeds/publisher.h"
#include "stream/ports.h"

namespace lagesbild::app {

// --config, --set, --embedded, and then `more`.
std::vector<Flag> WithDeskFlags(std::vector<Flag> more);
// --from, --lang, --time-zone: for commands that read alerts.
std::vector<Flag> ReadingFlags();
// --to: for commands that publish.
std::vector<Flag> PublishingFlags();

class AlertDesk {
 public:
  // All borrowed.
  AlertDesk(const Args& args, Io& io);
  ~AlertDesk();

  // The whole configuration, areas and rules included. Null: see exit_code().
  const LoadedConfig* Configuration();
  // --lang, else the environment's; --time-zone, else the configuration's where there is one, else
  // the machine's. Null: see exit_code().
  const Voice* Speak();
  // All transitions there are, one by one. False: see exit_code().
  bool ReadAll(const AlertReader::Take& take);
  // What comes after that, until `stop`; at once true where nothing can come.
  bool Follow(const AlertReader::Take& take, const std::function<bool()>& stop);
  // True if more may come after ReadAll.
  bool live() const;
  // Writes one record for good. False: see exit_code().
  bool Publish(const feeds::RawMessage& message);

  // The one of `ids` that is `given` or begins with it. Empty: none or several, see exit_code().
  std::string FindAlert(const std::vector<std::string>& ids, const std::string& given);

  int exit_code() const { return exit_code_; }
  // Says `lagesbild alerts: what`, and keeps the code.
  bool Fail(int code, const std::string& what);

 private:
  bool Fail(const Status& status, bool from_file);
  bool OpenReader();
  stream::Log* OpenLog();
  StatusOr<std::unique_ptr<feeds::Publisher>> OpenPublisher();
  const Config* Options();  // the configuration without the files that it names

  const Args& args_;
  Io& io_;
  int exit_code_ = 0;
  std::unique_ptr<LoadedConfig> whole_, options_;
  Voice voice_;
  std::unique_ptr<LogAccess> log_;
  std::unique_ptr<AlertReader> reader_;
};

}  // namespace lagesbild::app
