#include "wire/model_json.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "wire/json_reader.hpp"

namespace hazard::wire {
namespace {

using testing::HasSubstr;

TEST(write_model, classes_as_a_list_or_a_count) {
  domain::ModelInfo model;
  model.classes = {"crack", "pothole"};
  model.input = {640, 384};
  std::string list;
  JsonWriter as_list(list);
  write_model(as_list, model, Classes::list);
  EXPECT_THAT(list, HasSubstr(R"("classes":["crack","pothole"],"class_count":2,"input_shape":[1,3,384,640])"));
  EXPECT_THAT(list, HasSubstr(R"("confidence_threshold":0.6)"));
  std::string count;
  JsonWriter as_count(count);
  write_model(as_count, model, Classes::count, 0.25);
  EXPECT_THAT(count, HasSubstr(R"("classes":2,"class_count":2)"));
  EXPECT_THAT(count, HasSubstr(R"("confidence_threshold":0.25)"));
  EXPECT_TRUE(JsonDocument::parse(list));
}

TEST(write_model, a_model_that_is_not_there_says_so) {
  std::string text;
  JsonWriter json(text);
  write_model_or_absence(json, nullptr);
  EXPECT_EQ(text, R"({"status":"not_loaded","backend":"openvino"})");
}

}  // namespace
}  // namespace hazard::wire
