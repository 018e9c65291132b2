/** The page after its session ended. Drafts stay where they are. */

export function SignedOut() {
  return (
    <main class="first-run" id="stage">
      <div class="first-run-body">
        <header>
          <span class="logo" data-size="large" aria-hidden="true">π</span>
          <div>
            <h1>Signed out</h1>
            <p>
              This browser is not signed in any more. What you typed is kept.
            </p>
          </div>
        </header>
        <p>
          <button
            type="button"
            class="button"
            data-kind="primary"
            onClick={() => location.reload()}
          >
            Sign in again
          </button>
        </p>
      </div>
    </main>
  );
}
