import Vocabulary

/// Exposure and onsets of a mode by batch and age bin, as far back as cells reach.
struct AgeTally: Sendable {
  /// By age bin: 0 for devices whose activation isn't known, the last one open.
  struct Counts: Sendable {
    var atRisk: [Int64]
    var onsets: [Int64]
    /// At risk in the last `recentDays` days.
    var recent: [Int64]

    init(bins: Int) {
      atRisk = [Int64](repeating: 0, count: bins)
      onsets = atRisk
      recent = atRisk
    }

    static func += (left: inout Counts, right: Counts) {
      for bin in left.atRisk.indices {
        left.atRisk[bin] += right.atRisk[bin]
        left.onsets[bin] += right.onsets[bin]
        left.recent[bin] += right.recent[bin]
      }
    }
  }

  /// Sorted by batch.
  private(set) var batches: [(batch: Symbol, counts: Counts)] = []
  /// Upper edges of the closed bins, in days.
  let edges: [Double]
  let bucketsPerDay: Double
  static let recentDays = 7

  init(_ model: ModeModel) {
    edges = model.knowledge.mode.ageBinsDays
    bucketsPerDay = model.bucketsPerDay
    let lexicon = model.cells.lexicon
    let recentHour = Int64(model.endHour) - 24 * Int64(Self.recentDays)
    var atRiskOf = ContiguousArray<Int64>(repeating: 0, count: lexicon.profiles.count)
    var onsetsOf = atRiskOf
    var recentOf = atRiskOf
    for bucket in model.cells.all {
      let isRecent = Int64(bucket.startHour) >= recentHour
      for group in bucket.groups {
        bucket.forEachRow(of: group) { profile, atRisk, onsets in
          atRiskOf[profile] += Int64(atRisk)
          onsetsOf[profile] += Int64(onsets)
          if isRecent { recentOf[profile] += Int64(atRisk) }
        }
      }
    }
    var counts: [Symbol: Counts] = [:]
    let bins = edges.count + 2
    for (number, profile) in lexicon.profiles.enumerated() where atRiskOf[number] > 0 {
      let bin = min(Int(profile.age), bins - 1)
      counts[profile.batchWord, default: Counts(bins: bins)].atRisk[bin] += atRiskOf[number]
      counts[profile.batchWord, default: Counts(bins: bins)].onsets[bin] += onsetsOf[number]
      counts[profile.batchWord, default: Counts(bins: bins)].recent[bin] += recentOf[number]
    }
    batches = counts.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  /// For tests.
  init(edges: [Double], bucketsPerDay: Double, batches: [(batch: Symbol, counts: Counts)]) {
    self.edges = edges
    self.bucketsPerDay = bucketsPerDay
    self.batches = batches
  }

  var all: Counts {
    var sum = Counts(bins: edges.count + 2)
    for batch in batches { sum += batch.counts }
    return sum
  }

  /// The ages that bin k holds, in days; `nil` for 0, whose ages aren't known; no upper one for the last.
  func ages(_ bin: Int) -> (from: Double, until: Double?)? {
    guard bin > 0 else { return nil }
    return (bin == 1 ? 0 : edges[bin - 2], bin <= edges.count ? edges[bin - 1] : nil)
  }
}
