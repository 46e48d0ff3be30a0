import Testing
import Vocabulary

@testable import Gateway

/// What the store's keeper knows over the days, by numbers reckoned by hand.
struct HouseBookTests {
  private static let start = EventTime(seconds: 1_763_856_000)  // 2025-11-23 00:00

  private func book(_ sizes: [Int64]) -> HouseBook {
    var book = HouseBook()
    for (day, bytes) in sizes.enumerated() { _ = book.note(bytes, at: Self.start + Int64(day) * EventTime.day) }
    return book
  }

  private func book(checked check: HouseBook.Check) -> HouseBook {
    var book = HouseBook()
    book.check = check
    return book
  }

  @Test func `growth is the slope of the line through the days, and room divided by it the days left`() {
    #expect(book([1000, 2000, 3000]).growth == nil, "two days from the first to the last")
    let steady = book([1000, 2000, 3000, 4000])
    #expect(steady.growth == 1000 && steady.daysLeft(free: 30_000) == 30)
    // Middles 1.5 and 2500; (-1.5·-2500 + -0.5·-500 + 0.5·500 + 1.5·2500) / 5 = 8000 / 5.
    #expect(book([0, 2000, 3000, 5000]).growth == 1600)
    #expect(steady.daysLeft(free: -5) == 0 && steady.daysLeft(free: nil) == nil)
    #expect(book([4000, 3000, 2000, 1000]).daysLeft(free: 1) == nil, "it shrinks")
  }

  @Test func `a day keeps its first size, and the oldest days make room`() {
    var kept = HouseBook()
    let looks: [(bytes: Int64, hours: Int64)] = [(1000, 0), (9000, 23), (2000, 24)]
    let noted = looks.map { look in
      kept.note(look.bytes, at: Self.start + look.hours * EventTime.hour)
    }
    #expect(noted == [true, false, true] && kept.sizes.map(\.bytes) == [1000, 2000])
    let long = book((0..<40).map { Int64($0) })
    #expect(long.sizes.count == Limits.houseDays && long.sizes.first?.bytes == Int64(40 - Limits.houseDays))
  }

  @Test func `a check comes every so many days, sooner after one that the medium ended, and never when it is off`() {
    let at = Self.start.milliseconds
    let whole = book(checked: .init(at: at, seconds: 1, faults: []))
    let broken = book(checked: .init(at: at, seconds: 1, faults: ["unreadable"], wasCutShort: true))
    #expect(HouseBook().isCheckDue(at: Self.start, everyDays: 7))
    #expect(!HouseBook().isCheckDue(at: Self.start, everyDays: 0))
    #expect(!whole.isCheckDue(at: Self.start + 7 * EventTime.day - 1, everyDays: 7))
    #expect(whole.isCheckDue(at: Self.start + 7 * EventTime.day, everyDays: 7))
    #expect(!broken.isCheckDue(at: Self.start + EventTime.hour - 1, everyDays: 7))
    #expect(broken.isCheckDue(at: Self.start + EventTime.hour, everyDays: 7))
  }
}
