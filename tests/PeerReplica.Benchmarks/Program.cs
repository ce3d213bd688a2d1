using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

// In this process: no project is generated, so nothing but the SDK and the restored packages is needed. --smoke: each benchmark once, to see that it runs.
var isSmoke = args.Contains("--smoke");
var job = (isSmoke ? Job.Dry : Job.ShortRun).WithToolchain(InProcessEmitToolchain.Instance);
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run([.. args.Where(a => a != "--smoke")], ManualConfig.Create(DefaultConfig.Instance).AddJob(job));
