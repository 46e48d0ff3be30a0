import GRDB

/// How the store is: what a check-up looks at.
package struct StoreCondition: Sendable, Hashable {
  /// Of the file system it is on; `nil`: not known.
  package var freeBytes: Int64?
  package var logBytes: Int64
  /// Messages that are kept in quarantine.
  package var quarantineByReason: [String: Int]

  package init(freeBytes: Int64?, logBytes: Int64, quarantineByReason: [String: Int]) {
    self.freeBytes = freeBytes
    self.logBytes = logBytes
    self.quarantineByReason = quarantineByReason
  }
}

/// What the store takes, and what it may still take.
package struct StoreRoom: Sendable, Hashable {
  /// `nil`: not known.
  package var occupancy: CaseDatabase.Occupancy?
  /// Of the file system it is on; `nil`: not known.
  package var freeBytes: Int64?
  package var logBytes: Int64
}

extension CaseDatabase {
  /// Costs a few reads of the file's first page: whoever scrapes asks for it time and again.
  package func room() -> StoreRoom {
    var room = StoreRoom(freeBytes: FreeSpace.bytes(at: path), logBytes: logSizeInBytes())
    do throws(StoreError) {
      room.occupancy = try occupancy()
    } catch {
      return room
    }
    return room
  }

  /// What can't be read counts as not known: a check-up must answer on a broken disk as well.
  package func condition() -> StoreCondition {
    var reasons: [String: Int] = [:]
    do throws(StoreError) {
      reasons = try read { database in
        let rows = try Row.fetchCursor(database, sql: "SELECT reason, count(*) AS n FROM quarantine GROUP BY reason")
        var counts: [String: Int] = [:]
        while let row = try rows.next() { counts[try row.value("reason")] = try row.value("n") }
        return counts
      }
    } catch {
      reasons = ["unreadable: \(error)": 0]
    }
    return StoreCondition(
      freeBytes: FreeSpace.bytes(at: path), logBytes: logSizeInBytes(), quarantineByReason: reasons)
  }
}
