import Broker
import Testing

struct TopicFilterTests {
  @Test(arguments: ["a/#/b", "a#", "a/b+", "+a/b", "", "a/##"])
  func `what is no filter is refused`(text: String) { #expect(TopicFilter(text) == nil) }

  @Test(arguments: [
    ("a/b", "a/b"), ("a/+", "a/b"), ("#", "a"), ("a/#", "a"), ("a/#", "a/b/c"), ("+/b", "a/+"),
    ("dt/#", "dt/x/+/+/state"),
    ("a/+/#", "a/b"), ("/+", "/#"),
  ])
  func `filters that some topic matches both overlap, in either order`(left: String, right: String) throws {
    let (first, second) = (try #require(TopicFilter(left)), try #require(TopicFilter(right)))
    #expect(first.overlaps(second) && second.overlaps(first))
  }

  @Test(arguments: [
    ("a/b", "a/c"), ("a/+", "a"), ("a/+/state", "a/+/report"), ("#", "$SYS/x"), ("+/x", "$aws/x"), ("a", "a/b"),
    ("a/+", "a/b/c"), ("spBv1.0/#", "dt/forewarn/+/+/report"),
  ])
  func `filters that no topic matches both don't`(left: String, right: String) throws {
    let (first, second) = (try #require(TopicFilter(left)), try #require(TopicFilter(right)))
    #expect(!first.overlaps(second) && !second.overlaps(first))
  }
}
