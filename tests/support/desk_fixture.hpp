// A desk over a store and a folder of its own, and a model of two classes: what tests of the desk stand on.
#pragma once

#include <gtest/gtest.h>

#include <future>

#include "desk/desk.hpp"
#include "support/pictures.hpp"
#include "support/temp_store.hpp"

namespace hazard::test {

using desk::Desk;
using desk::PageFindings;
using desk::Report;
using desk::ReportDraft;

struct DeskTest : testing::Test {
  DeskTest() {
    auto folder = store::EvidenceFolder::open(store.folder() / "pictures", {});
    EXPECT_TRUE(folder.has_value());
    evidence = std::move(*folder);
    desk = std::make_unique<Desk>(&*store, evidence.get(), clock);
    model.version = "m1";
    model.classes = {"crack", "pothole"};
  }
  ~DeskTest() override {
    desk->close();
    store.close();
  }

  PageFindings look(const std::string& session, std::vector<domain::Detection> found, const std::string& client = "client") {
    domain::FrameResult result;
    result.picture = {640, 360};
    for (const auto& each : found) result.detections.push_back({.detection = each, .track = {}, .predicted = false});
    PageFindings findings;
    bool called = false;
    desk->look({.session_id = session,
                .client_key = client,
                .frame_id = "f",
                .location = {},
                .picture = std::make_shared<const domain::Bytes>(picture)},
               result, model, [&](PageFindings answer) {
                 findings = std::move(answer);
                 called = true;
               });
    store->drain();
    EXPECT_TRUE(called);
    return findings;
  }
  domain::Result<Report> change(const std::string& id, const std::string& session, const ReportDraft& draft) {
    domain::Result<Report> answer = domain::refuse(domain::ErrorCode::internal, "not called");
    desk->change(id, session, draft, [&](domain::Result<Report> outcome) { answer = std::move(outcome); });
    store->drain();
    return answer;
  }
  domain::Result<Report> create(ReportDraft&& draft, domain::Bytes&& shown = {}, const std::string& client = "client") {
    std::promise<domain::Result<Report>> answer;
    desk->create(std::move(draft), client, std::move(shown),
                 [&](domain::Result<Report> made) { answer.set_value(std::move(made)); });
    return answer.get_future().get();
  }
  std::optional<domain::Bytes> drawn(const std::string& id) {
    std::promise<std::optional<domain::Bytes>> answer;
    desk->plot(id, [&](bool, std::optional<domain::Bytes> jpeg) { answer.set_value(std::move(jpeg)); });
    return answer.get_future().get();
  }
  static domain::Detection pothole(float confidence = 0.9F) {
    return {.box = {300, 200, 380, 250}, .confidence = confidence, .class_id = 1};
  }

  base::ManualClock clock;
  test::TempStore store;
  std::unique_ptr<store::EvidenceFolder> evidence;
  std::unique_ptr<Desk> desk;
  domain::ModelInfo model;
  domain::Bytes picture = test::jpeg({640, 360});
};

}  // namespace hazard::test
