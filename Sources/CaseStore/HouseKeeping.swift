import GRDB

/// How much of the file is in use, and giving back what isn't.
extension CaseDatabase {
  package struct Occupancy: Sendable, Hashable {
    package var bytes: Int64
    /// Of pages that hold nothing.
    package var freeBytes: Int64
    /// Free pages can be given back in steps; a store that an earlier version made can't until it was rewritten once.
    package var isIncremental: Bool
  }

  package func occupancy() throws(StoreError) -> Occupancy {
    try read { database in
      func figure(_ name: String) throws -> Int64 { try Int64.fetchOne(database, sql: "PRAGMA \(name)") ?? 0 }
      let page = try figure("page_size")
      return Occupancy(
        bytes: try figure("page_count") * page, freeBytes: try figure("freelist_count") * page,
        isIncremental: try figure("auto_vacuum") == 2)
    }
  }

  /// One step: gives at most so many bytes back to the disk, of those beyond what the next day needs again. Returns how many;
  /// 0: nothing is left to do.
  package func giveBack(atMost bytes: Int64) throws(StoreError) -> Int64 {
    let before = try occupancy()
    let surplus = min(bytes, before.freeBytes - limits.spareBytes)
    guard before.isIncremental, surplus > 0 else { return 0 }
    try change { database in
      let page = try Int64.fetchOne(database, sql: "PRAGMA page_size") ?? 4096
      // A row a page: the statement must be gone through to its end.
      _ = try Row.fetchAll(database, sql: "PRAGMA incremental_vacuum(\(max(1, surplus / page)))")
    }
    return before.bytes - (try occupancy().bytes)
  }
}
