import { expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readConfig } from "../config/read_config.ts";
import { environmentOf, parseEnvFile } from "./environment.ts";
import { findSecrets } from "./secrets.ts";

function processOf(text: string) {
  const file = { name: "x", file: "/x.kdl", text: `command "x"\n${text}` };
  const read = readConfig(file, "/");
  if (!read.ok) throw new Error(JSON.stringify(read.faults));
  return read.config.process;
}

const INHERITED = {
  PATH: "/bin",
  HOME: "/home/ada",
  LC_ALL: "C.UTF-8",
  AWS_KEY: "a",
  AWS_SECRET: "b",
  GITHUB_TOKEN: "c",
  BUN_OPTIONS: "--preload x",
};

function environment(text: string, port?: number) {
  return environmentOf(processOf(text), {
    inherited: INHERITED,
    secrets: {},
    port,
  });
}

test("environmentOf() passes on what is usual and nothing else (B58)", () => {
  expect(environment("")).toEqual({
    PATH: "/bin",
    HOME: "/home/ada",
    LC_ALL: "C.UTF-8",
  });
  expect(environment('env-inherit "AWS_*"')).toMatchObject({
    AWS_KEY: "a",
    AWS_SECRET: "b",
  });
  expect(Object.keys(environment('env-inherit "*"'))).not.toContain(
    "BUN_OPTIONS",
  );
});

test("environmentOf() exports PORT and fills in {port} (B19)", () => {
  const env = environment('port 0; env { URL "http://localhost:{port}/" }', 81);
  expect(env.PORT).toBe("81");
  expect(env.URL).toBe("http://localhost:81/");
  expect(environment('env { PORT "9" }', 81).PORT).toBe("9");
});

test("parseEnvFile() reads lines, quotes and comments", () => {
  expect(
    parseEnvFile(
      '# c\nA=1\nexport B = two words \nC=\'#$x\'\nD="a\\nb\\""\n=x\nE=\n1F=x',
    ),
  ).toEqual({ A: "1", B: "two words", C: "#$x", D: 'a\nb"', E: "" });
});

test("environmentOf() says which env-file it cannot read", () => {
  expect(() => environment('env-file "/no/such"')).toThrow(
    'Cannot read the env-file "/no/such": ENOENT',
  );
});

test("findSecrets() looks where the file says, and never tells one", async () => {
  const dir = mkdtempSync(join(tmpdir(), "secrets-"));
  const path = join(dir, "token");
  writeFileSync(path, "from-file\n");
  const context = {
    inherited: INHERITED,
    folder: dir,
    protect: () => () => {},
  };
  const find = (text: string) =>
    findSecrets(processOf(`secrets { ${text} }`), context);
  try {
    expect(
      await find(
        `A "env:GITHUB_TOKEN"; B "file:${path}"; C "cmd:echo $AWS_KEY"`,
      ),
    ).toEqual({ A: "c", B: "from-file", C: "a" });
    for (
      const [text, why] of [
        [
          'A "env:NO"',
          'Cannot find the secret A: the variable "NO" is not set',
        ],
        ['A "file:/no"', 'Cannot find the secret A: "/no" cannot be read'],
        ['A "cmd:echo s3cret; exit 3"', "ended with code 3"],
        ['A "cmd:true"', "Cannot find the secret A: its command gives nothing"],
        ['A "cmd:sleep 100 & exit 5"', "ended with code 5"],
        ['A "keychain:none"', "Cannot find the secret A: "],
      ] as const
    ) {
      await expect(find(text)).rejects.toThrow(why);
    }
  } finally {
    rmSync(dir, { recursive: true });
  }
});
