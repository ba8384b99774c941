#include "board/address.h"

#include <gtest/gtest.h>

namespace lagesbild::board {
namespace {

TEST(Address, HostAndPortAreReadAndWrittenAlike) {
  for (const char* text : {"127.0.0.1:9464", "localhost:0", "[::1]:8080", "0.0.0.0:65535"}) {
    const auto at = ParseHostPort(text);
    ASSERT_TRUE(at.ok()) << at.status();
    EXPECT_EQ(ToString(*at), text);
  }
  EXPECT_EQ(ParseHostPort("[::1]:8080")->host, "::1");
}

TEST(Address, WhatIsNoAddressIsRefused) {
  for (const char* text : {"", "9464", ":9464", "localhost", "localhost:", "localhost:65536",
                           "localhost:-1", "localhost:9464x", "::1:8080", "[]:80", "a b:80"}) {
    EXPECT_EQ(ParseHostPort(text).status().code(), StatusCode::kInvalidArgument) << text;
  }
}

TEST(Address, AUrlHasHostPortAndPath) {
  const auto url = ParseHttpUrl("http://[::1]:9464/readyz?format=text");
  ASSERT_TRUE(url.ok()) << url.status();
  EXPECT_EQ(ToString(url->at), "[::1]:9464");
  EXPECT_EQ(url->path, "/readyz?format=text");
  EXPECT_EQ(ParseHttpUrl("http://localhost")->path, "/");
  EXPECT_EQ(ParseHttpUrl("http://localhost")->at.port, 80);
  EXPECT_EQ(ParseHttpUrl("http://[::1]/")->at.port, 80);
}

TEST(Address, WhatIsNoUrlIsRefused) {
  for (const char* text :
       {"", "localhost:9464", "https://localhost", "http://", "http://:80", "http://a@b",
        "http://a:0", "http://a/#b", "http://a?b", "http://a/ b", "http://a/\r\nHost: b"}) {
    EXPECT_EQ(ParseHttpUrl(text).status().code(), StatusCode::kInvalidArgument) << text;
  }
}

}  // namespace
}  // namespace lagesbild::board
