import GRDB

/// The tables, and how older catalogs become newer ones. Migrations are only ever added.
enum Schema {
  /// `PRAGMA user_version` of a catalog that this build writes.
  static let version = 4

  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1: collections, documents, segments") { database in
      try database.execute(sql: first)
      try database.execute(sql: "PRAGMA user_version = 1")
    }
    migrator.registerMigration("2: tracked runs") { database in
      try database.execute(sql: second)
      try database.execute(sql: "PRAGMA user_version = 2")
    }
    migrator.registerMigration("3: jobs, keys, feedback, deleted documents") { database in
      try database.execute(sql: third)
      try database.execute(sql: "PRAGMA user_version = 3")
    }
    migrator.registerMigration("4: observed questions, drift") { database in
      try database.execute(sql: fourth)
      try database.execute(sql: "PRAGMA user_version = 4")
    }
    return migrator
  }

  private static let fourth = """
    CREATE TABLE observation_key (
      key BLOB NOT NULL
    );
    INSERT INTO observation_key (key) VALUES (randomblob(32));
    CREATE TABLE observed_questions (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      collection INTEGER NOT NULL REFERENCES collections(id) ON DELETE CASCADE,
      asked_at REAL NOT NULL,
      text_hash BLOB NOT NULL,
      words INTEGER NOT NULL,
      hits INTEGER NOT NULL,
      top_score REAL,
      score_gap REAL,
      is_abstained INTEGER,
      confidence REAL,
      answer TEXT,
      text TEXT,
      model TEXT,
      vector BLOB
    );
    CREATE INDEX observed_questions_by_time ON observed_questions(collection, asked_at);
    CREATE TABLE drift_baselines (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      collection INTEGER NOT NULL REFERENCES collections(id) ON DELETE CASCADE,
      created_at REAL NOT NULL,
      starts_at REAL NOT NULL,
      ends_at REAL NOT NULL,
      content BLOB NOT NULL
    );
    CREATE INDEX drift_baselines_by_collection ON drift_baselines(collection, id);
    CREATE TABLE drift_windows (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      baseline INTEGER NOT NULL REFERENCES drift_baselines(id) ON DELETE CASCADE,
      starts_at REAL NOT NULL,
      ends_at REAL NOT NULL,
      checked_at REAL NOT NULL,
      verdict TEXT NOT NULL,
      is_alarm INTEGER NOT NULL,
      result TEXT NOT NULL,
      UNIQUE (baseline, starts_at, ends_at)
    );
    """

  private static let third = """
    CREATE TABLE jobs (
      id TEXT PRIMARY KEY,
      kind TEXT NOT NULL,
      collection TEXT NOT NULL,
      owner TEXT NOT NULL,
      state TEXT NOT NULL,
      request TEXT NOT NULL,
      idempotency_key TEXT,
      request_hash BLOB NOT NULL,
      report TEXT,
      created_at REAL NOT NULL,
      started_at REAL,
      ended_at REAL,
      UNIQUE (owner, idempotency_key)
    ) WITHOUT ROWID;
    CREATE INDEX jobs_by_time ON jobs(created_at);
    CREATE TABLE api_keys (
      id TEXT PRIMARY KEY,
      name TEXT NOT NULL,
      hash BLOB NOT NULL,
      scopes TEXT NOT NULL,
      labels TEXT NOT NULL,
      rate_limit INTEGER,
      created_at REAL NOT NULL,
      expires_at REAL,
      revoked_at REAL
    ) WITHOUT ROWID;
    CREATE TABLE feedback (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      answer TEXT NOT NULL,
      key TEXT NOT NULL,
      rating TEXT NOT NULL,
      comment TEXT,
      created_at REAL NOT NULL
    );
    CREATE INDEX feedback_by_answer ON feedback(answer);
    CREATE TABLE deleted_documents (
      collection INTEGER NOT NULL REFERENCES collections(id) ON DELETE CASCADE,
      id TEXT NOT NULL,
      deleted_at REAL NOT NULL,
      PRIMARY KEY (collection, id)
    ) WITHOUT ROWID;
    """

  private static let second = """
    CREATE TABLE tracked_runs (
      id TEXT PRIMARY KEY,
      experiment TEXT NOT NULL,
      name TEXT NOT NULL,
      status TEXT NOT NULL,
      started_at REAL NOT NULL,
      ended_at REAL
    ) WITHOUT ROWID;
    CREATE INDEX tracked_runs_by_experiment ON tracked_runs(experiment, started_at);
    CREATE TABLE tracked_parameters (
      run TEXT NOT NULL REFERENCES tracked_runs(id) ON DELETE CASCADE,
      name TEXT NOT NULL,
      value TEXT NOT NULL,
      PRIMARY KEY (run, name)
    ) WITHOUT ROWID;
    CREATE TABLE tracked_measures (
      run TEXT NOT NULL REFERENCES tracked_runs(id) ON DELETE CASCADE,
      name TEXT NOT NULL,
      step INTEGER NOT NULL,
      measured_at REAL NOT NULL,
      value REAL NOT NULL,
      PRIMARY KEY (run, name, step, measured_at, value)
    ) WITHOUT ROWID;
    CREATE TABLE tracked_tags (
      run TEXT NOT NULL REFERENCES tracked_runs(id) ON DELETE CASCADE,
      name TEXT NOT NULL,
      value TEXT NOT NULL,
      PRIMARY KEY (run, name)
    ) WITHOUT ROWID;
    """

  private static let first = """
    CREATE TABLE collections (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      name TEXT NOT NULL UNIQUE,
      version INTEGER NOT NULL DEFAULT 0,
      serving_generation INTEGER,
      next_segment INTEGER NOT NULL DEFAULT 1,
      created_at REAL NOT NULL
    );
    CREATE TABLE generations (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      collection INTEGER NOT NULL REFERENCES collections(id) ON DELETE CASCADE,
      configuration TEXT NOT NULL,
      created_at REAL NOT NULL
    );
    CREATE TABLE sources (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      collection INTEGER NOT NULL REFERENCES collections(id) ON DELETE CASCADE,
      label TEXT NOT NULL,
      root TEXT NOT NULL,
      UNIQUE (collection, label),
      UNIQUE (collection, root)
    );
    CREATE TABLE documents (
      row INTEGER PRIMARY KEY AUTOINCREMENT,
      collection INTEGER NOT NULL REFERENCES collections(id) ON DELETE CASCADE,
      id TEXT NOT NULL,
      source INTEGER REFERENCES sources(id),
      uri TEXT NOT NULL,
      format TEXT NOT NULL,
      title TEXT,
      language TEXT,
      content_hash BLOB NOT NULL,
      stamp_inode INTEGER,
      stamp_bytes INTEGER,
      stamp_modified INTEGER,
      stamp_changed INTEGER,
      metadata TEXT NOT NULL,
      ingested_at REAL NOT NULL,
      UNIQUE (collection, id)
    );
    CREATE INDEX documents_by_source ON documents(source);
    CREATE TABLE document_texts (
      document INTEGER PRIMARY KEY REFERENCES documents(row) ON DELETE CASCADE,
      structure TEXT NOT NULL,
      text BLOB NOT NULL
    );
    CREATE TABLE segments (
      row INTEGER PRIMARY KEY AUTOINCREMENT,
      generation INTEGER NOT NULL REFERENCES generations(id) ON DELETE CASCADE,
      number INTEGER NOT NULL,
      chunk_count INTEGER NOT NULL,
      deletes_generation INTEGER NOT NULL DEFAULT 0,
      deleted_count INTEGER NOT NULL DEFAULT 0,
      manifest TEXT NOT NULL,
      stamps TEXT NOT NULL,
      UNIQUE (generation, number)
    );
    CREATE TABLE chunks (
      generation INTEGER NOT NULL REFERENCES generations(id) ON DELETE CASCADE,
      id BLOB NOT NULL,
      document INTEGER NOT NULL REFERENCES documents(row) ON DELETE CASCADE,
      segment INTEGER NOT NULL,
      ordinal INTEGER NOT NULL,
      position INTEGER NOT NULL,
      start INTEGER NOT NULL,
      "end" INTEGER NOT NULL,
      page INTEGER,
      heading_path TEXT NOT NULL,
      PRIMARY KEY (generation, id)
    ) WITHOUT ROWID;
    CREATE UNIQUE INDEX chunks_by_document ON chunks(document, generation, position);
    CREATE UNIQUE INDEX chunks_by_segment ON chunks(generation, segment, ordinal);
    CREATE TABLE failures (
      collection INTEGER NOT NULL REFERENCES collections(id) ON DELETE CASCADE,
      path TEXT NOT NULL,
      reason TEXT NOT NULL,
      failed_at REAL NOT NULL,
      PRIMARY KEY (collection, path)
    ) WITHOUT ROWID;
    CREATE TABLE embedding_cache (
      key BLOB PRIMARY KEY,
      vector BLOB NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE answers (
      id TEXT PRIMARY KEY,
      collection TEXT NOT NULL,
      question TEXT NOT NULL,
      lineage TEXT NOT NULL,
      details TEXT NOT NULL,
      created_at REAL NOT NULL
    ) WITHOUT ROWID;
    """
}
