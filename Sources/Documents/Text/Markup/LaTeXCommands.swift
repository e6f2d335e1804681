/// What is done with the arguments of LaTeX's commands.
enum LaTeXCommands {
  /// Commands that say nothing to a reader, with how many arguments they have.
  static let hidden: [String: Int] = {
    var table: [String: Int] = [:]
    let lists: [(Int, String)] = [
      (
        0,
        """
        centering raggedright raggedleft noindent indent newpage clearpage cleardoublepage pagebreak nopagebreak hfill vfill \
        hline toprule midrule bottomrule maketitle tableofcontents listoffigures listoftables appendix frontmatter \
        mainmatter backmatter bfseries itshape ttfamily sffamily rmfamily scshape normalfont tiny scriptsize footnotesize \
        small normalsize large Large LARGE huge Huge em bf it tt sf rm sc sl par smallskip medskip bigskip protect relax \
        makeatletter makeatother printbibliography printindex sloppy fussy singlespacing doublespacing onehalfspacing \
        balance null strut displaystyle textstyle limits nolimits left right bigl bigr Bigl Bigr boldmath unboldmath \
        endfirsthead endhead endfoot endlastfoot boxed onecolumn justifying pause titlepage upshape mdseries \
        allowdisplaybreaks selectfont hrulefill dotfill columnbreak qed qedhere ignorespaces unskip xspace FloatBarrier \
        footnotemark leavevmode samepage obeylines flushbottom raggedbottom makeindex makeglossaries
        """
      ),
      (
        1,
        """
        label index vspace hspace vspace* hspace* bibliographystyle pagestyle thispagestyle usepackage documentclass \
        hypersetup geometry color pagecolor phantom hphantom vphantom nocite graphicspath pagenumbering input@path \
        includeonly setlength@ counterwithin usetikzlibrary usetheme usecolortheme lstset bibdata RequirePackage \
        ProvidesPackage ProvidesClass theoremstyle stepcounter refstepcounter cmidrule cline addbibresource \
        newcounter newlength newif setmainfont setsansfont setmonofont selectlanguage foreignlanguage@ arraystretch@ \
        captionsetup glsaddall hyphenation columnwidth@ enlargethispage linespread tikzset pgfplotsset sisetup \
        DeclareGraphicsExtensions vskip hskip rowcolor cellcolor columncolor arrayrulecolor markright subtitle@ \
        newacronym@ AtBeginDocument AtEndDocument usefont fontfamily fontseries fontshape mathversion setbeamertemplate
        """
      ),
      (
        2,
        """
        setlength addtolength setcounter addtocounter newtheorem@ DeclareMathOperator rule definecolor fontsize markboth \
        addcontentsline settowidth newcommandx DeclareRobustCommand@ numberwithin setbeamercolor setbeamerfont \
        titlespacing DeclareUnicodeCharacter
        """
      ),
      (3, "newenvironment renewenvironment addtocontents DeclareFontFamily titleformat"),
    ]
    for (count, names) in lists {
      for name in names.split(whereSeparator: { $0 == " " || $0 == "\n" }) { table[String(name)] = count }
    }
    return table
  }()

  /// Commands of which the first arguments steer and the last is text.
  static let steered: [String: Int] = [
    "textcolor": 1, "colorbox": 1, "fcolorbox": 2, "raisebox": 1, "scalebox": 1, "resizebox": 2, "parbox": 1,
    "makebox": 0,
    "framebox": 0, "foreignlanguage": 1, "rotatebox": 1, "hyperref": 0, "multicolumn": 2, "multirow": 2,
    "href@": 1,
    "adjustbox": 1, "hypertarget": 1, "hyperlink": 1, "textlang": 1, "inputminted@": 1, "mbox": 0, "only": 0,
    "setstretch": 1,
    "glslink": 1, "glsdisp": 1, "selectfont@": 0, "minibox": 0, "makecell": 0, "thead": 0, "shortstack": 0,
  ]

  static let sections: [String: Int] = [
    "part": -1, "chapter": 0, "section": 1, "subsection": 2, "subsubsection": 3, "paragraph": 4,
    "subparagraph": 5,
    "frametitle": 2, "framesubtitle": 3, "addchap": 0, "addsec": 1, "minisec": 4,
  ]

  static let citations: Set<String> = [
    "cite", "citep", "citet", "citealp", "citealt", "autocite", "parencite", "textcite", "footcite",
    "citeauthor",
    "citeyear", "Cite", "Citet", "Citep", "supercite", "fullcite", "citeyearpar", "smartcite", "onlinecite",
  ]

  static let formulas: Set<String> = [
    "equation", "align", "gather", "multline", "eqnarray", "displaymath", "math", "flalign", "alignat",
    "split", "aligned",
    "gathered", "dmath", "empheq", "subequations", "IEEEeqnarray", "array", "cases", "matrix", "pmatrix",
    "bmatrix",
  ]

  static let theorems: [String: String] = [
    "theorem": "Theorem", "lemma": "Lemma", "corollary": "Corollary", "proposition": "Proposition",
    "definition": "Definition", "remark": "Remark", "example": "Example", "proof": "Proof", "claim": "Claim",
    "conjecture": "Conjecture", "note": "Note", "exercise": "Exercise", "assumption": "Assumption",
    "fact": "Fact",
    "thm": "Theorem", "lem": "Lemma", "cor": "Corollary", "prop": "Proposition", "defn": "Definition",
  ]

  static let drawings: Set<String> = [
    "tikzpicture", "picture", "pspicture", "asy", "asydef", "forest", "tikzcd", "circuitikz", "pgfpicture",
    "xy",
    "feynman", "axis", "mfpic", "dot2tex", "luacode", "musicbox", "overpic",
  ]

  static let tables: Set<String> = [
    "tabular", "tabular*", "tabularx", "tabulary", "longtable", "longtable*", "supertabular", "xltabular",
    "tblr", "longtblr",
    "ltablex", "mpsupertabular", "deluxetable",
  ]
}
