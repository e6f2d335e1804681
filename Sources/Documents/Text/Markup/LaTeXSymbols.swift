/// Characters that LaTeX writes as commands.
enum LaTeXSymbols {
  /// Commands without arguments, by name, and what they print.
  static let characters: [String: String] = [
    "ss": "ß", "o": "ø", "O": "Ø", "l": "ł", "L": "Ł", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "aa": "å",
    "AA": "Å",
    "i": "ı", "j": "ȷ", "dh": "ð", "DH": "Ð", "th": "þ", "TH": "Þ", "dj": "đ", "DJ": "Đ", "ng": "ŋ",
    "NG": "Ŋ",
    "S": "§", "P": "¶", "copyright": "©", "pounds": "£", "textsterling": "£", "euro": "€", "EUR": "€",
    "texteuro": "€",
    "textdegree": "°", "degree": "°", "textcelsius": "°C", "celsius": "°C", "textmu": "µ", "texttimes": "×",
    "dag": "†", "ddag": "‡",
    "textregistered": "®", "texttrademark": "™", "textendash": "–", "textemdash": "—", "textellipsis": "…",
    "ldots": "…",
    "dots": "…", "textbackslash": "\\", "textasciitilde": "~", "textasciicircum": "^", "textunderscore": "_",
    "textless": "<", "textgreater": ">", "textbar": "|", "textbullet": "•", "textquotedblleft": "“",
    "textquotedblright": "”",
    "textquoteleft": "‘", "textquoteright": "’", "textquotesingle": "'", "guillemotleft": "«",
    "guillemotright": "»", "glqq": "„", "grqq": "“",
    "flqq": "«", "frqq": "»", "og": "« ", "fg": " »", "quotedblbase": "„", "textexclamdown": "¡",
    "textquestiondown": "¿",
    "LaTeX": "LaTeX", "TeX": "TeX", "LaTeXe": "LaTeX2e", "BibTeX": "BibTeX", "XeTeX": "XeTeX",
    "LuaTeX": "LuaTeX", "textperthousand": "‰",
    "slash": "/", "nobreakspace": " ", "space": " ", "quad": " ", "qquad": " ", "enspace": " ",
    "thinspace": " ",
    "textdollar": "$", "textbraceleft": "{", "textbraceright": "}", "textsection": "§", "textparagraph": "¶",
    "pm": "±",
    "newline": "\n", "linebreak": "\n", "textonehalf": "½", "textonequarter": "¼", "textrightarrow": "→",
    "rightarrow": "→",
  ]

  /// Signs behind a backslash, and what they print.
  static let signs: [UInt8: String] = [
    0x25: "%", 0x26: "&", 0x24: "$", 0x23: "#", 0x5F: "_", 0x7B: "{", 0x7D: "}", 0x20: " ", 0x2C: " ",
    0x3B: " ", 0x3A: " ", 0x0A: " ",
    0x21: "", 0x2D: "", 0x2F: "", 0x40: "", 0x09: " ",
  ]

  /// Combining marks of accent commands.
  static let accents: [String: Unicode.Scalar] = [
    "'": "\u{301}", "`": "\u{300}", "^": "\u{302}", "\"": "\u{308}", "~": "\u{303}", "=": "\u{304}",
    ".": "\u{307}",
    "u": "\u{306}", "v": "\u{30C}", "H": "\u{30B}", "c": "\u{327}", "d": "\u{323}", "b": "\u{331}",
    "r": "\u{30A}",
    "k": "\u{328}",
  ]

  /// The letter with its accent as one character, where Unicode has one.
  ///
  /// - Complexity: O(1): the few hundred letters with accents are compared.
  static func accented(_ letter: String, _ mark: Unicode.Scalar) -> String {
    let plain = letter == "ı" ? "i" : letter == "ȷ" ? "j" : letter
    var pair = plain
    pair.unicodeScalars.append(mark)
    for range in [0xC0...0x233, 0x1E00...0x1EF9] as [ClosedRange<UInt32>] {
      for value in range {
        guard let scalar = Unicode.Scalar(value) else { continue }
        let whole = String(scalar)
        // Strings compare by canonical equivalence.
        if whole == pair { return whole }
      }
    }
    return pair
  }

  static let units: [String: String] = [
    "metre": "m", "meter": "m", "gram": "g", "second": "s", "ampere": "A", "kelvin": "K", "mole": "mol",
    "candela": "cd",
    "hertz": "Hz", "newton": "N", "pascal": "Pa", "joule": "J", "watt": "W", "volt": "V", "ohm": "Ω",
    "farad": "F",
    "litre": "l", "liter": "l", "minute": "min", "hour": "h", "day": "d", "percent": "%", "celsius": "°C",
    "degreeCelsius": "°C", "degree": "°", "bar": "bar", "tonne": "t", "bit": "bit", "byte": "B",
    "electronvolt": "eV",
    "kilo": "k", "mega": "M", "giga": "G", "tera": "T", "milli": "m", "micro": "µ", "nano": "n", "pico": "p",
    "centi": "c", "deci": "d", "hecto": "h", "per": "/", "squared": "²", "cubed": "³", "square": "",
    "cubic": "", "of": "",
    "kilogram": "kg", "kilometre": "km", "kilometer": "km", "kg": "kg", "km": "km", "cm": "cm", "mm": "mm",
    "m": "m",
    "s": "s", "kW": "kW", "W": "W", "Hz": "Hz", "kHz": "kHz", "MHz": "MHz", "GHz": "GHz", "V": "V", "A": "A",
    "nm": "nm",
    "um": "µm", "ms": "ms", "us": "µs", "ns": "ns", "kPa": "kPa", "Pa": "Pa", "K": "K", "g": "g", "mg": "mg",
    "l": "l", "ml": "ml",
  ]
}
