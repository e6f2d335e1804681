import Storage

extension ModelArtifact {
  /// Writes the files into a new folder, which appears whole.
  ///
  /// - Throws: `.failed` where it is there already or the disk refuses.
  package func write(to path: String) throws(TrainingError) {
    let building = path + ".building"
    do {
      guard !Folder.exists(path) else { throw TrainingError(.failed, "\(path) is there already") }
      try? Folder.remove(building)
      try Folder.create(building)
      for (name, bytes) in files.sorted(by: { $0.key < $1.key }) {
        try Folder.writeFile(bytes, to: "\(building)/\(name)")
      }
      try Folder.sync(building)
      try Folder.move(building, to: path)
    } catch let error as TrainingError {
      throw error
    } catch {
      throw TrainingError(.failed, "the model cannot be written: \(error)", underlying: error)
    }
  }

  /// Reads the files of a folder.
  ///
  /// - Throws: `.failed` where it cannot be read; `.damaged` where it holds no model.
  package init(folder path: String) throws(TrainingError) {
    var files: [String: [UInt8]] = [:]
    do {
      for name in try Folder.entries(path) where !Folder.isFolder("\(path)/\(name)") {
        files[name] = try Folder.readFile("\(path)/\(name)")
      }
    } catch {
      throw TrainingError(.failed, "the model cannot be read: \(error)", underlying: error)
    }
    guard files["model.json"] != nil else {
      throw TrainingError(.damaged, "\(path) holds no model of 'rag train': model.json is missing")
    }
    self.init(files: files)
  }
}
