interface ChoiceProps<T extends string> {
  label: string;
  choices: readonly { readonly value: T; readonly label: string }[];
  value: T;
  onPick: (value: T) => void;
}

/** One of a few, all in sight. */
export function Choice<T extends string>(
  { label, choices, value, onPick }: ChoiceProps<T>,
) {
  return (
    <fieldset class="setting">
      <legend>{label}</legend>
      <span class="choice">
        {choices.map((choice) => (
          <label key={choice.value}>
            <input
              type="radio"
              name={label}
              checked={choice.value === value}
              onChange={() => onPick(choice.value)}
            />
            <span>{choice.label}</span>
          </label>
        ))}
      </span>
    </fieldset>
  );
}
