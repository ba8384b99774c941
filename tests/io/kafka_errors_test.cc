#include "io/kafka_errors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lagesbild::io {
namespace {

using testing::HasSubstr;

StatusCode CodeOf(rd_kafka_resp_err_t code) { return ToStatus("call", code).code(); }

TEST(KafkaErrors, EachCodeHasTheOneMeaning) {
  EXPECT_EQ(CodeOf(RD_KAFKA_RESP_ERR_NO_ERROR), StatusCode::kOk);
  EXPECT_EQ(CodeOf(RD_KAFKA_RESP_ERR__FENCED), StatusCode::kFailedPrecondition);
  EXPECT_EQ(CodeOf(RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID), StatusCode::kFailedPrecondition);
  EXPECT_EQ(CodeOf(RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH), StatusCode::kFailedPrecondition);
  EXPECT_EQ(CodeOf(RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION), StatusCode::kAborted);
  EXPECT_EQ(CodeOf(RD_KAFKA_RESP_ERR__TIMED_OUT), StatusCode::kUnavailable);
  EXPECT_EQ(CodeOf(RD_KAFKA_RESP_ERR_UNSTABLE_OFFSET_COMMIT), StatusCode::kUnavailable);
  EXPECT_EQ(CodeOf(RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET), StatusCode::kDataLoss);
  EXPECT_EQ(CodeOf(RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART), StatusCode::kNotFound);
  EXPECT_EQ(CodeOf(RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED), StatusCode::kPermissionDenied);
  EXPECT_EQ(CodeOf(RD_KAFKA_RESP_ERR_UNKNOWN), StatusCode::kInternal);
}

TEST(KafkaErrors, AMessageNamesTheCallAndTheCode) {
  const Status status = ToStatus("describe topic t", RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
  EXPECT_THAT(status.ToString(), HasSubstr("describe topic t"));
  EXPECT_THAT(status.ToString(), HasSubstr("UNKNOWN_TOPIC_OR_PART"));
}

TEST(KafkaErrors, NoErrorIsOk) {
  EXPECT_TRUE(ToStatus("call", static_cast<const rd_kafka_error_t*>(nullptr)).ok());
}

}  // namespace
}  // namespace lagesbild::io
