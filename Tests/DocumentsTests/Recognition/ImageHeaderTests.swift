import Testing

import Documents

/// Sizes are known before anything is unpacked.
@Suite struct ImageHeaderTests {
  @Test(
    arguments: [
      ("letter.png", .png, 760, 320, 1), ("turned-6.jpg", .jpeg, 320, 760, 6),
      ("turned-3.jpg", .jpeg, 760, 320, 3),
      ("letter.gif", .gif, 760, 320, 1), ("letter.bmp", .bmp, 760, 320, 1),
      ("letter.webp", .webp, 760, 320, 1),
      ("letter.pbm", .pnm, 760, 320, 1), ("pages.tif", .tiff, 760, 320, 1), ("icon.png", .png, 16, 16, 1),
    ] as [(String, ImageHeader.Kind, Int, Int, Int)])
  func ofOthers(name: String, kind: ImageHeader.Kind, width: Int, height: Int, orientation: Int) throws {
    let header = try #require(ImageHeader(try RecognitionSupport.source(name).bytes))
    #expect(header.kind == kind && header.orientation == orientation)
    #expect(header.frames.first?.width == width && header.frames.first?.height == height)
    #expect(header.frames.count == (kind == .tiff ? 2 : 1))
  }

  @Test func everyCutIsNoTrap() throws {
    for name in [
      "letter.png", "turned-6.jpg", "letter.gif", "letter.bmp", "letter.webp", "letter.pbm", "pages.tif",
    ] {
      let bytes = try RecognitionSupport.source(name).bytes
      for end in 0..<min(bytes.count, 400) { _ = ImageHeader(Array(bytes[..<end])) }
      let seed: UInt64 = 31
      var generator = MutationGenerator(seed: seed)
      for _ in 0..<3000 {
        var damaged = bytes
        for _ in 0..<6 {
          // Mostly the start, and the directories at the end.
          let index =
            Bool.random(using: &generator)
            ? Int.random(in: 0..<min(120, bytes.count), using: &generator)
            : Int.random(in: max(0, bytes.count - 400)..<bytes.count, using: &generator)
          damaged[index] =
            [0, 0xFF, 0x7F, UInt8.random(in: 0...255, using: &generator)].randomElement(using: &generator)
            ?? 0
        }
        if let header = ImageHeader(damaged) {
          #expect(header.frames.allSatisfy { $0.width > 0 && $0.height > 0 && $0.pixels > 0 })
          _ = PictureWrapping(damaged, header: header)?.pdf
        }
      }
    }
  }

  @Test func directoriesInCircles() {
    // Little endian; the one directory, of one entry, names itself as the next.
    let tiff: [UInt8] = [
      0x49, 0x49, 0x2A, 0, 8, 0, 0, 0, 2, 0, 0, 1, 3, 0, 1, 0, 0, 0, 100, 0, 0, 0, 1, 1, 3, 0, 1, 0, 0, 0, 50,
      0, 0, 0, 8, 0, 0, 0,
    ]
    let header = ImageHeader(tiff)
    #expect(header?.frames == [ImageHeader.Frame(width: 100, height: 50)])
  }

  @Test(
    arguments: [
      ("scan.jpg", "%PDF-1.4\n", .pdf), ("a.txt", "BM is a brand of motorcycles", .text),
      ("a", "P5 or P6? Both.", .text),
      ("a.md", "GIF89a is a format", .markdown),
    ] as [(String, String, DocumentFormat)])
  func namesAndContents(name: String, text: String, format: DocumentFormat) {
    #expect(DocumentFormat.detect(name: name, bytes: Array(text.utf8)) == format)
  }

  @Test(arguments: ["scan.pdf", "scan.txt", "scan.bin", "scan", "scan.jpeg", "scan.PNG"])
  func wrongExtensions(name: String) throws {
    for fixture in ["letter.png", "turned-6.jpg", "pages.tif", "letter.webp"] {
      let bytes = try RecognitionSupport.source(fixture).bytes
      #expect(DocumentFormat.detect(name: name, bytes: bytes) == .image, "\(fixture) as \(name)")
    }
  }
}
