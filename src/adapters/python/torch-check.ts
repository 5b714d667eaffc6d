import { type TorchAnswer, type TorchQuestion, torchQuestions } from '../../domain/environments/torch-checks.ts';
import { withScratch } from './child-environment.ts';
import type { Parts } from './parts.ts';

/** A first import of torch reads gigabytes, and the first kernel loads libraries. */
const questionTimeoutMs = 5 * 60_000;

export interface TorchCheckOptions {
  readonly python: string;
  readonly mark: string;
  readonly toolsDir: string;
  /** Whether the graphics card may be used; else torch does not see it. */
  readonly mayUseGpu: boolean;
}

/** Asks torch, one process per question: a kernel that dies takes only its own process along. */
export async function torchCheck(parts: Parts, options: TorchCheckOptions): Promise<readonly TorchAnswer[]> {
  const answers: TorchAnswer[] = [];
  for (const question of torchQuestions) {
    const answer = await ask(parts, options, question);
    if (answer === undefined) return []; // No torch in this environment: there is nothing to ask.
    answers.push(answer);
  }
  return answers;
}

const answerPrefix = '\u0001orchestrate ';

async function ask(
  parts: Parts,
  { python, mark, toolsDir, mayUseGpu }: TorchCheckOptions,
  question: TorchQuestion,
): Promise<TorchAnswer | undefined> {
  const result = await withScratch(parts, toolsDir, ({ dir, env }) =>
    parts.processes.run({
      program: python,
      args: ['-I', '-B', '-c', script, question],
      env: mayUseGpu ? env : { ...env, CUDA_VISIBLE_DEVICES: '', HIP_VISIBLE_DEVICES: '' },
      cwd: dir,
      timeoutMs: questionTimeoutMs,
      mark,
    }),
  );
  const line = result.stdout.split('\n').findLast((one) => one.startsWith(answerPrefix));
  if (line !== undefined && result.exitCode === 0) {
    const said = JSON.parse(line.slice(answerPrefix.length)) as Omit<TorchAnswer, 'question'> | null;
    return said === null ? undefined : { question, ...said };
  }
  const how = result.timedOut
    ? `did not finish in ${questionTimeoutMs / 60_000} minutes`
    : result.signal === null
      ? `ended with ${result.exitCode}`
      : `ended by ${result.signal}`;
  const last = result.stderr.trim().split('\n').at(-1) ?? '';
  const fact = `the process ${how}${last === '' ? '' : `: ${last.slice(0, 300)}`}`;
  return { question, outcome: 'failed', device: null, fact };
}

/**
 * Each question resolves the names that it needs first: a name that this torch does not have is "not offered", which is no
 * pass. What is computed is compared with numbers that are known beforehand.
 */
const script = `
import importlib, importlib.util, json, os, sys

class NotOffered(Exception):
    pass

def say(answer):
    sys.stdout.write("\\n\\x01orchestrate " + json.dumps(answer) + "\\n")
    sys.stdout.flush()
    os._exit(0)

def done(outcome, fact, device=None):
    say({"outcome": outcome, "device": device, "fact": fact})

def need(path):
    parts = path.split(".")
    value = importlib.import_module(parts[0])
    for at in range(1, len(parts)):
        if not hasattr(value, parts[at]):
            try:
                value = importlib.import_module(".".join(parts[: at + 1]))
                continue
            except ImportError:
                raise NotOffered(path)
        value = getattr(value, parts[at])
    return value

def card():
    return need("torch.cuda.is_available")() is True

def build():
    version = need("torch.__version__")
    cuda = getattr(need("torch.version"), "cuda", None)
    hip = getattr(need("torch.version"), "hip", None)
    for_what = "CUDA " + cuda if cuda else "ROCm " + hip if hip else "the CPU"
    done("passed", "torch %s, built for %s" % (version, for_what))

def device():
    if not card():
        done("passed", "torch.cuda.is_available() is False", "cpu")
    done("passed", str(need("torch.cuda.get_device_name")(0)), "cuda:0")

def arch():
    if not card():
        done("skipped", "no graphics card is seen")
    have = need("torch.cuda.get_arch_list")()
    major, minor = need("torch.cuda.get_device_capability")(0)
    numbers = [name[3:].rstrip("af") for name in have if name.startswith("sm_")]
    fits = any(n[:-1] == str(major) and int(n[-1]) <= minor for n in numbers if n.isdigit())
    ptx = any(name.startswith("compute_") and name[8:].isdigit() and int(name[8:]) <= major * 10 + minor for name in have)
    fact = "sm_%d%d; the build has %s" % (major, minor, " ".join(have) or "none")
    done("passed" if fits or ptx else "failed", fact, "cuda:0")

def place():
    return ("cuda:0", "fp16", need("torch.float16")) if card() else ("cpu", "fp32", need("torch.float32"))

def settle(where):
    if where != "cpu":
        need("torch.cuda.synchronize")()

def matmul():
    multiply, ones = need("torch.matmul"), need("torch.ones")
    where, name, kind = place()
    size = 256 if where != "cpu" else 16
    left = ones(size, size, dtype=kind) if where == "cpu" else ones(size, size, dtype=kind, device=where)
    product = multiply(left, left)
    settle(where)
    seen = float(product[0][0].item())
    done("passed" if seen == size else "failed", "%s matmul %d x %d gives %g" % (name, size, size, seen), where)

def conv():
    convolve, ones = need("torch.nn.functional.conv2d"), need("torch.ones")
    where, name, kind = place()
    options = {"dtype": kind} if where == "cpu" else {"dtype": kind, "device": where}
    out = convolve(ones(1, 4, 16, 16, **options), ones(8, 4, 3, 3, **options))
    settle(where)
    seen = float(out[0][0][0][0].item())
    done("passed" if seen == 36 else "failed", "%s conv2d 3 x 3 over 4 channels gives %g" % (name, seen), where)

def nms():
    if importlib.util.find_spec("torchvision") is None:
        done("skipped", "no torchvision in this environment")
    suppress, tensor = need("torchvision.ops.nms"), need("torch.tensor")
    where = "cuda:0" if card() else "cpu"
    boxes = tensor([[0.0, 0.0, 10.0, 10.0], [1.0, 1.0, 10.0, 10.0], [20.0, 20.0, 30.0, 30.0]])
    scores = tensor([0.9, 0.8, 0.7])
    if where != "cpu":
        boxes, scores = boxes.to(where), scores.to(where)
    kept = sorted(int(one) for one in suppress(boxes, scores, 0.5).tolist())
    done("passed" if kept == [0, 2] else "failed", "torchvision.ops.nms keeps %s of 3 boxes" % kept, where)

if importlib.util.find_spec("torch") is None:
    say(None)
try:
    {"build": build, "device": device, "arch": arch, "matmul": matmul, "conv": conv, "nms": nms}[sys.argv[1]]()
except NotOffered as error:
    done("not-offered", "%s is not there" % error)
except BaseException as error:
    first = next((line.strip() for line in str(error).splitlines() if line.strip()), "")
    done("failed", type(error).__name__ + (": " + first[:300] if first else ""))
`;
