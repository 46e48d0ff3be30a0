import GRDB
import Vocabulary

/// Devices, cells and models: blobs whose form their owners know, by name.
enum StateTables {
  static func write(_ unit: UnitOfWork, _ compression: Compression, in database: Database) throws {
    if unit.emptiesJournal {
      // Of the first version; what it held is in the pages of this snapshot.
      try database.execute(sql: "DELETE FROM device")
    }
    let page = try database.cachedStatement(
      sql: """
        INSERT INTO device_page (number, records) VALUES (?, ?)
        ON CONFLICT (number) DO UPDATE SET records = excluded.records
        """)
    for (number, records) in unit.devicePages { try page.execute(arguments: [number, records.blob]) }
    let cell = try database.cachedStatement(
      sql: """
        INSERT INTO cell (product, failure_mode, length, start_hour, counts) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (product, failure_mode, length, start_hour) DO UPDATE SET counts = excluded.counts
        """)
    let emptied = try database.cachedStatement(
      sql: "DELETE FROM cell WHERE product = ? AND failure_mode = ? AND length = ? AND start_hour = ?")
    for mode in unit.forgottenModes {
      for table in ["cell", "model"] {
        try database.execute(
          sql: "DELETE FROM \(table) WHERE product = ? AND failure_mode = ?",
          arguments: [mode.product.text, mode.mode.text])
      }
    }
    for (mode, bucket, counts) in unit.cells {
      let key: StatementArguments = [mode.product.text, mode.mode.text, bucket.length.rawValue, bucket.startHour]
      if counts.isEmpty {
        try emptied.execute(arguments: key)
      } else {
        try cell.execute(arguments: key + [try compression.packed(counts).blob])
      }
    }
    let model = try database.cachedStatement(
      sql: """
        INSERT INTO model (product, failure_mode, state) VALUES (?, ?, IFNULL(?, x''))
        ON CONFLICT (product, failure_mode) DO UPDATE SET state = excluded.state
        """)
    for (mode, state) in unit.models {
      try model.execute(arguments: [mode.product.text, mode.mode.text, try compression.packed(state).blob])
    }
  }

  static func read(into state: inout StoredState, in database: Database) throws {
    let devices = try Row.fetchCursor(database, sql: "SELECT product, device, record FROM device ORDER BY id")
    while let row = try devices.next() {
      state.firstFormDevices.append((try row.identity(), try row.bytes("record")))
    }
    let pages = try Row.fetchCursor(database, sql: "SELECT number, records FROM device_page ORDER BY number")
    while let row = try pages.next() {
      state.devicePages.append((try row.value("number"), try row.bytes("records")))
    }
    let cells = try Row.fetchCursor(
      database,
      sql: "SELECT * FROM cell ORDER BY product, failure_mode, length, start_hour")
    while let row = try cells.next() {
      let bucket = Bucket(startHour: try row.value("start_hour"), length: try row.word("length"))
      state.cells.append((try row.mode(), bucket, try Compression.unpacked(try row.bytes("counts"))))
    }
    let models = try Row.fetchCursor(database, sql: "SELECT * FROM model ORDER BY product, failure_mode")
    while let row = try models.next() {
      state.models.append((try row.mode(), try Compression.unpacked(try row.bytes("state"))))
    }
  }
}
