using System.Globalization;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using PeerReplica.Benchmarks.InProcess;
using PeerReplica.Benchmarks.Load;

// --smoke: everything once and small, to see that it runs.
var isSmoke = args.Contains("--smoke");
args = [.. args.Where(a => a != "--smoke")];
switch (args)
{
    case ["load"]:
        return await new LoadProgram(isSmoke).RunAsync();
    case ["takes"]:
        return await new TakesProgram(isSmoke).RunAsync();
    case ["takes-peer", var name, var capacity, .. var seeds]:
        return await LoadPeer.RunSellerAsync(name, long.Parse(capacity, CultureInfo.InvariantCulture), seeds);
    case ["load-peer", var name, .. var seeds]:
        return await LoadPeer.RunAsync(name, seeds);
    default:
        // In this process: no project is generated, so nothing but the SDK and the restored packages is needed.
        var job = (isSmoke ? Job.Dry : Job.ShortRun).WithToolchain(InProcessEmitToolchain.Instance);
        Sizes.IsSmoke = isSmoke;
        GoalsTable.Print(BenchmarkSwitcher.FromAssembly(typeof(LoadProgram).Assembly).Run(args, ManualConfig.Create(DefaultConfig.Instance).AddJob(job)));
        return 0;
}
