import Generation
import Testing

@Suite struct EvaluationPromptsTests {
  @Test(arguments: [
    ("QUESTION: What is drift?\nANSWER: a change", "What is drift?", "a change"),
    ("Sure!\r\nquestion:  What is drift?\r\nAnswer: a change\r\n", "What is drift?", "a change"),
    ("QUESTION: What is drift?", "What is drift?", nil), ("QUESTION:\nANSWER: a change", nil, nil),
    ("What is drift?", nil, nil),
  ])
  func readsQuestions(reply: String, question: String?, answer: String?) {
    let read = QuestionPrompt.read(reply)
    #expect(read?.question == question)
    #expect(read?.answer == answer)
  }

  @Test func judgesSeeWhatTheyJudge() throws {
    let prompts = try JudgePrompts(PromptLibrary())
    let messages = prompts.faithfulness(question: "Why?", passages: ["One.", "Two."], answer: "So [1].")
    #expect(messages.map(\.role) == [.system, .user])
    #expect(
      messages[1].content
        == "<question>\nWhy?\n</question>\n<passage>\nOne.\n</passage>\n<passage>\nTwo.\n</passage>\n<answer>\nSo [1].\n</answer>"
    )
    #expect(
      prompts.relevance(question: "Why?", answer: "So.")[1].content
        == "<question>\nWhy?\n</question>\n<answer>\nSo.\n</answer>")
  }
}
