// lagesbild audit: finds nothing where nothing was done, and each thing that was.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/oncall/embedded_town.h"
#include "picture/alerts.h"
#include "picture/row_text.h"
#include "stream/log_codec.h"
#include "stream/meta.h"

namespace lagesbild::app {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class AuditCommandTest : public testing::Test {
 protected:
  void SetUp() override {
    town_.Publish(town_.Evening());
    town_.Serve();
  }
  Ran Audit(std::vector<std::string> more = {}) {
    more.insert(more.begin(), {"audit", "--embedded"});
    return town_.Run(more);
  }
  // The places of the log records of raw offset `raw`, and the id of the log's topic.
  std::vector<int64_t> LogOffsetsOf(int64_t raw) {
    std::vector<int64_t> offsets;
    stream::LogDecoder decoder;
    LogRecord decoded;
    for (const auto& record : town_.Records(town_.topics().picture_log)) {
      EXPECT_TRUE(decoder.Decode(record.value, decoded).ok());
      if (decoded.raw.offset == raw && !std::holds_alternative<Liveness>(decoded.body))
        offsets.push_back(record.offset);
    }
    return offsets;
  }
  void RemoveLogRecord(int64_t offset) {
    town_.EditLog([&](rocksdb::DB& db) {
      const uint32_t id = town_.TopicId(db, town_.topics().picture_log);
      std::string value;
      const std::string key = io::embedded::RecordKeyOf(id, 0, offset);
      ASSERT_TRUE(db.Get({}, key, &value).ok());
      ASSERT_TRUE(db.Delete({}, key).ok());
    });
  }
  // A stored row of this kind, as `change` makes it.
  void ChangeRow(const std::string& kind, const std::function<std::string(std::string)>& change) {
    town_.EditRows([&](stream::Store& store) {
      std::string key, value;
      ASSERT_TRUE(store
                      .ForEach([&](std::string_view k, std::string_view v) {
                        if (picture::RowName(k).find(kind) != std::string::npos) {
                          key = std::string(k);
                          value = std::string(v);
                        }
                        return absl::OkStatus();
                      })
                      .ok());
      ASSERT_NE(key, "");
      ASSERT_TRUE(store.Write({{key, change(value)}}).ok());
    });
  }
  EmbeddedTown town_;
};

TEST_F(AuditCommandTest, FindsNothingWhereNothingDiffers) {
  const Ran ran = Audit();
  EXPECT_EQ(ran.code, kExitOk) << ran.out << ran.err;
  EXPECT_THAT(ran.out, AllOf(HasSubstr("nothing differs"), HasSubstr("6 raw records")));
}

TEST_F(AuditCommandTest, FindsNothingAfterMoreInputAndARestart) {
  town_.Publish({town_.Report("a4", 300, "assault"), town_.Report("a5", 2000, "assault")});
  town_.Serve();
  const Ran ran = Audit({"--json"});
  EXPECT_EQ(ran.code, kExitOk) << ran.out << ran.err;
  EXPECT_THAT(ran.out, HasSubstr(R"("ok":true)"));
}

TEST_F(AuditCommandTest, FindsAStoredAlertThatWasChanged) {
  ChangeRow("/alert/a-", [](const std::string& row) {
    picture::Alert alert = *picture::DecodeAlert(row);
    alert.acknowledged = true;
    return picture::EncodeAlert(alert);
  });
  const Ran ran = Audit();
  EXPECT_EQ(ran.code, kExitProblems) << ran.out;
  EXPECT_THAT(ran.out, AllOf(HasSubstr("row: partition 0: store: picture/b/alert/a-"),
                             Not(HasSubstr("changelog: picture"))));
}

// A restart drops it, and the log folded at one go later.
TEST_F(AuditCommandTest, AnAlertThatEndedLongerAgoThanIsHeldMayBeThereOrNot) {
  town_.EditRows([](stream::Store& store) {
    std::vector<stream::Store::Change> old;
    ASSERT_TRUE(store
                    .ForEach([&](std::string_view key, std::string_view row) {
                      if (picture::RowName(key).find("/alert/a-") == std::string::npos ||
                          !old.empty())
                        return absl::OkStatus();
                      picture::Alert alert = *picture::DecodeAlert(row);
                      const std::string prefix(key.substr(0, key.size() - alert.id.size()));
                      alert.id = "a-0000000000000001";
                      alert.phase = picture::Alert::Phase::kResolved;
                      alert.ended_ms = 1;
                      old.push_back({prefix + alert.id, picture::EncodeAlert(alert)});
                      return absl::OkStatus();
                    })
                    .ok());
    ASSERT_EQ(old.size(), 1u);
    stream::Meta meta = *stream::DecodeMeta(**store.Get(stream::kMetaKey));
    ++meta.row_count;
    old.push_back({std::string(stream::kMetaKey), stream::EncodeMeta(meta)});
    ASSERT_TRUE(store.Write(std::move(old)).ok());
  });
  const Ran ran = Audit();
  EXPECT_EQ(ran.code, kExitOk) << ran.out << ran.err;
}

TEST_F(AuditCommandTest, FindsACountThatIsOneTooHigh) {
  ChangeRow("/series/w/class/assault/", [](std::string row) {
    ++row[1];  // incidents of the hour
    return row;
  });
  const Ran ran = Audit({"--json"});
  EXPECT_EQ(ran.code, kExitProblems) << ran.out;
  EXPECT_THAT(ran.out,
              AllOf(HasSubstr(R"("row":{"count":1)"), HasSubstr("/series/w/class/assault/")));
}

TEST_F(AuditCommandTest, FindsARowThatCannotBeRead) {
  ChangeRow("/series/", [](const std::string&) { return "x"; });
  const Ran ran = Audit();
  EXPECT_EQ(ran.code, kExitProblems) << ran.out;
  EXPECT_THAT(ran.out, HasSubstr("state: partition 0: store: series row"));
}

TEST_F(AuditCommandTest, FindsAnAggregateThatSaysSomethingElse) {
  for (const auto& record : town_.Records(town_.topics().aggregates)) {
    if (record.key != "w") continue;
    std::string value = record.value;
    const size_t at = value.find(R"("incidents":)") + 12;
    ++value[at];
    town_.Append(town_.topics().aggregates, "w", value);
  }
  const Ran ran = Audit();
  EXPECT_EQ(ran.code, kExitProblems) << ran.out;
  EXPECT_THAT(ran.out, HasSubstr("aggregate: w: the topic has"));
}

TEST_F(AuditCommandTest, FindsATransitionThatIsThereTwice) {
  const auto alerts = town_.Records(town_.topics().alerts);
  ASSERT_FALSE(alerts.empty());
  town_.Append(town_.topics().alerts, alerts[0].key, alerts[0].value);
  const Ran ran = Audit();
  EXPECT_EQ(ran.code, kExitProblems) << ran.out;
  EXPECT_THAT(ran.out, HasSubstr("transition 1 is in the topic twice"));
  EXPECT_EQ(Audit({"--after-reset"}).code, kExitOk);
}

TEST_F(AuditCommandTest, FindsATransitionThatTheLogDoesNotGive) {
  auto alert = town_.Records(town_.topics().alerts).at(0);
  alert.value.replace(alert.value.find("a-"), 4, "a-ff");
  town_.Append(town_.topics().alerts, alert.key, alert.value);
  const Ran ran = Audit();
  EXPECT_EQ(ran.code, kExitProblems) << ran.out;
  EXPECT_THAT(ran.out, HasSubstr("the log does not give it"));
}

TEST_F(AuditCommandTest, FindsALogRecordThatIsGone) {
  const auto offsets = LogOffsetsOf(4);  // the third assault: without it there is no alert
  ASSERT_EQ(offsets.size(), 1u);
  RemoveLogRecord(offsets[0]);
  const Ran ran = Audit();
  EXPECT_EQ(ran.code, kExitProblems) << ran.out;
  EXPECT_THAT(ran.out, AllOf(HasSubstr("raw: safety.incidents.v1 partition 0 offset 4 is not in"),
                             HasSubstr("row: partition 0: store: picture/b/report/incidents/"
                                       "polisen/a3"),
                             HasSubstr("alert: a-"), HasSubstr("aggregate: w")));
}

TEST_F(AuditCommandTest, FindsALogRecordThatIsThereTwice) {
  const auto offsets = LogOffsetsOf(0);
  ASSERT_EQ(offsets.size(), 1u);
  const auto records = town_.Records(town_.topics().picture_log);
  town_.Append(town_.topics().picture_log, "b", records.at(static_cast<size_t>(offsets[0])).value);
  const Ran ran = Audit();
  EXPECT_EQ(ran.code, kExitProblems) << ran.out;
  EXPECT_THAT(ran.out, HasSubstr("partition 0 offset 0 again, or out of its order"));
}

TEST_F(AuditCommandTest, FindsADeadLetterThatIsMissing) {
  town_.EditLog([&](rocksdb::DB& db) {
    const uint32_t id = town_.TopicId(db, town_.topics().dead_letters);
    ASSERT_TRUE(db.Delete({}, io::embedded::RecordKeyOf(id, 0, 0)).ok());
  });
  const Ran ran = Audit();
  EXPECT_EQ(ran.code, kExitProblems) << ran.out;
  EXPECT_THAT(ran.out, HasSubstr("offset 3 has no dead letter"));
}

// As retention leaves it: what can still be recomputed is, and differs where it was changed.
TEST_F(AuditCommandTest, ALogWhoseBeginningIsGoneIsHeldAgainstWhatIsStillThere) {
  town_.TrimLog(LogOffsetsOf(1).at(0));
  const Ran ran = Audit({"--no-raw"});
  EXPECT_THAT(ran.err, HasSubstr("no longer reaches back to the beginning"));
  EXPECT_THAT(ran.out, AllOf(Not(HasSubstr("alert:")), Not(HasSubstr("/report/")))) << ran.err;
  // The first report is still within the windows here: a real retention is longer than those.
  EXPECT_THAT(ran.out, HasSubstr("/series/w/class/assault/"));
}

TEST_F(AuditCommandTest, AMissingLogIsSaid) {
  const Ran ran = RunWords({"audit", "--embedded", "--config", town_.config(), "--set",
                            "state.dir=" + town_.folder().Path("none")});
  EXPECT_EQ(ran.code, kExitNoFile);
}

}  // namespace
}  // namespace lagesbild::app
