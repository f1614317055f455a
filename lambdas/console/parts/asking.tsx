import { type ComponentChildren, createContext } from 'preact';
import { useContext, useEffect, useRef, useState } from 'preact/hooks';
import type { ApiProblem } from '../api.ts';
import { asProblem } from './loaded.tsx';
import { Note } from './note.tsx';

/** An action, before it is taken. */
export type Question = {
  readonly title: string;
  /** What it will do, a sentence each. */
  readonly says: readonly string[];
  /** The word on the button. */
  readonly verb: string;
  /** Does it, and says what came of it. */
  act(): Promise<string>;
};

type Ask = (question: Question) => void;

const Asking = createContext<Ask>(() => undefined);

/** Asks before it acts: nothing is done without a second press, on a dialog that says what it will do. */
export function useAsk(): Ask {
  return useContext(Asking);
}

/** Holds the dialog, and the line that tells what came of the last action. */
export function AskingProvider({ children }: { readonly children: ComponentChildren }) {
  const [question, setQuestion] = useState<Question>();
  const [result, setResult] = useState<{ readonly told: string }>();
  const line = useRef<HTMLDivElement>(null);
  // The button that was pressed may be gone with what it did, or far below the line.
  useEffect(() => {
    if (result !== undefined) line.current?.focus();
  }, [result]);
  const close = (told?: string) => {
    setQuestion(undefined);
    if (told !== undefined) setResult({ told });
  };
  return (
    <Asking.Provider value={setQuestion}>
      <div ref={line} class="result" role="status" tabIndex={-1}>
        {result !== undefined && (
          <p class="note result">
            {result.told}{' '}
            <button
              type="button"
              onClick={() => {
                line.current?.closest('main')?.focus();
                setResult(undefined);
              }}
            >
              Dismiss
            </button>
          </p>
        )}
      </div>
      {children}
      {question && <Dialog question={question} onClose={close} />}
    </Asking.Provider>
  );
}

function Dialog({ question, onClose }: { readonly question: Question; readonly onClose: (told?: string) => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [isActing, setIsActing] = useState(false);
  const [problem, setProblem] = useState<ApiProblem>();
  useEffect(() => dialog.current?.showModal(), []);

  const end = (told?: string) => {
    // Closed before it is taken away, so that the focus goes back to where it was.
    dialog.current?.close();
    onClose(told);
  };
  const act = () => {
    setIsActing(true);
    setProblem(undefined);
    question.act().then(end, (error: unknown) => {
      setIsActing(false);
      setProblem(asProblem(error));
    });
  };
  return (
    <dialog
      ref={dialog}
      aria-labelledby="question"
      aria-describedby="says"
      onCancel={(event) => {
        event.preventDefault();
        if (!isActing) end();
      }}
    >
      <h2 id="question">{question.title}</h2>
      <div id="says">
        {question.says.map((sentence) => (
          <p key={sentence}>{sentence}</p>
        ))}
      </div>
      <p class="quiet">Who asked, and how it ended, is kept under Actions.</p>
      {problem && <Note kind="problem">{problem.message}</Note>}
      <div class="row end">
        <button type="button" disabled={isActing} onClick={() => end()}>
          Cancel
        </button>
        <button type="button" class="primary" disabled={isActing} onClick={act}>
          {isActing ? 'At work…' : question.verb}
        </button>
      </div>
    </dialog>
  );
}
