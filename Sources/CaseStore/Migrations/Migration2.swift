/// Records of devices packed by the page and the journal by the batch. Frozen: a change is a new migration.
///
/// The tables `device` and `journal` of the first schema stay, empty from the first snapshot on: an older database is read
/// from them once.
enum Migration2 {
  static let identifier = "2"

  static let sql = """
    CREATE TABLE device_page (
      number INTEGER PRIMARY KEY,
      records BLOB NOT NULL
    ) STRICT;

    CREATE TABLE journal_batch (
      id INTEGER PRIMARY KEY,
      messages INTEGER NOT NULL CHECK (messages > 0),
      packed BLOB NOT NULL
    ) STRICT;
    """
}
