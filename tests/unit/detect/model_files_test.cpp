#include "detect/model_files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "detect/flat_yaml.hpp"
#include "temp_folder.hpp"

namespace hazard::detect {
namespace {

using testing::AllOf;
using testing::HasSubstr;

std::string why_refused(const std::filesystem::path& model) {
  const auto files = find_model_files(model);
  if (files) return "accepted";
  EXPECT_EQ(files.error().code, domain::ErrorCode::model_not_ready);
  return files.error().message;
}

TEST(ModelFiles, finds_graph_weights_and_metadata_in_a_folder) {
  const TempFolder folder;
  const auto xml = folder.write("best.xml", "<net/>");
  const auto bin = folder.write("best.bin", "1");
  const auto metadata = folder.write("metadata.yaml", "a: 1");
  folder.write("README.md", "x");
  const auto files = find_model_files(folder.path());
  ASSERT_TRUE(files) << files.error().message;
  EXPECT_EQ(files->graph, xml);
  EXPECT_EQ(files->weights, bin);
  EXPECT_EQ(files->metadata, metadata);
  EXPECT_EQ(files->note, "");
}

TEST(ModelFiles, takes_the_named_file_among_several) {
  const TempFolder folder;
  folder.write("a.onnx", "\x08");
  const auto named = folder.write("B.ONNX", "\x08");
  EXPECT_EQ(find_model_files(named)->graph, named);
  EXPECT_FALSE(find_model_files(named)->weights);
  EXPECT_FALSE(find_model_files(named)->metadata);
}

TEST(ModelFiles, prefers_the_converted_graph_and_says_so) {
  const TempFolder folder;
  folder.write("a.onnx", "\x08");
  folder.write("a.xml", "<net/>");
  folder.write("a.bin", "1");
  const auto files = find_model_files(folder.path());
  ASSERT_TRUE(files);
  EXPECT_EQ(files->graph.extension(), ".xml");
  EXPECT_THAT(files->note, HasSubstr("a.onnx is passed over"));
}

TEST(ModelFiles, refuses_what_is_not_there) {
  const TempFolder folder;
  EXPECT_THAT(why_refused(""), HasSubstr("no model is named"));
  EXPECT_THAT(why_refused(folder.path() / "gone"), HasSubstr("does not exist"));
  EXPECT_THAT(why_refused(folder.path()), HasSubstr("holds no .xml and no .onnx"));
}

TEST(ModelFiles, refuses_to_choose_between_graphs) {
  const TempFolder folder;
  folder.write("a.onnx", "\x08");
  folder.write("b.onnx", "\x08");
  EXPECT_THAT(why_refused(folder.path()),
              AllOf(HasSubstr("2 graphs"), HasSubstr("a.onnx and b.onnx"), HasSubstr("name the file")));
}

TEST(ModelFiles, refuses_missing_and_empty_files_by_name) {
  const TempFolder folder;
  const auto xml = folder.write("a.xml", "<net/>");
  EXPECT_THAT(why_refused(xml), HasSubstr("a.bin is missing"));
  folder.write("a.bin", "");
  EXPECT_THAT(why_refused(xml), HasSubstr("a.bin is empty"));
  folder.write("a.bin", "1");
  EXPECT_EQ(why_refused(xml), "accepted");
  folder.write("a.xml", "");
  EXPECT_THAT(why_refused(xml), HasSubstr("a.xml is empty"));
}

TEST(ModelFiles, refuses_other_kinds_of_file) {
  const TempFolder folder;
  EXPECT_THAT(why_refused(folder.write("best.pt", "x")), HasSubstr("neither a folder nor"));
  std::filesystem::create_directory(folder.path() / "x.onnx");
  EXPECT_THAT(why_refused(folder.path() / "x.onnx"), HasSubstr("holds no .xml"));
}

TEST(ModelFiles, refuses_contents_that_the_name_does_not_promise) {
  const TempFolder folder;
  EXPECT_THAT(why_refused(folder.write("a.onnx", "<net/>")), HasSubstr("is no ONNX file"));
  EXPECT_THAT(why_refused(folder.write("a.xml", "\x08\x07")), HasSubstr("is no OpenVINO graph"));
  EXPECT_THAT(why_refused(folder.write("b.xml", std::string(2000, ' ') + "<net/>")), HasSubstr("is no OpenVINO graph"));
}

TEST(ModelFiles, refuses_files_beyond_two_gibibytes) {
  const TempFolder folder;
  const auto graph = folder.write("a.onnx", "\x08");
  std::filesystem::resize_file(graph, std::uintmax_t{2} << 30);  // sparse: takes no room
  EXPECT_EQ(why_refused(graph), "accepted");
  std::filesystem::resize_file(graph, (std::uintmax_t{2} << 30) + 1);
  EXPECT_THAT(why_refused(graph), HasSubstr("2 GiB"));
}

TEST(MetadataFile, reads_one_byte_more_than_the_bound_and_refuses_what_cannot_be_read) {
  const TempFolder folder;
  EXPECT_EQ(*read_metadata_file(folder.write("m.yaml", "a: 1\n")), "a: 1\n");
  EXPECT_EQ(read_metadata_file(folder.write("big.yaml", std::string(kYamlBytesMax * 2, 'x')))->size(), kYamlBytesMax + 1);
  EXPECT_FALSE(read_metadata_file(folder.path() / "gone.yaml"));
  EXPECT_FALSE(read_metadata_file(folder.path()));
}

}  // namespace
}  // namespace hazard::detect
