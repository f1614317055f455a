/** The head of a table: the names of its columns. One without a name is that of the rows’ own names. */
export function Head({ of: names }: { readonly of: readonly string[] }) {
  return (
    <thead>
      <tr>
        {names.map((name) =>
          name === '' ? (
            <td key={name} />
          ) : (
            <th key={name} scope="col">
              {name}
            </th>
          ),
        )}
      </tr>
    </thead>
  );
}
