using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using PeerReplica.Benchmarks.Clients;
using PeerReplica.Benchmarks.Codecs;
using PeerReplica.Benchmarks.Footprint;
using PeerReplica.Benchmarks.InProcess;
using PeerReplica.Benchmarks.Load;
using PeerReplica.Benchmarks.Load.Peers;
using PeerReplica.Benchmarks.Web;

// --smoke: everything once and small, to see that it runs.
var isSmoke = args.Contains("--smoke");
args = [.. args.Where(a => a != "--smoke")];
switch (args)
{
    case ["load", .. var words]:
        if (LoadOptions.TryParse(words, isSmoke, out var options, out var fault)) return await new LoadProgram(options).RunAsync();
        Console.Error.WriteLine($"{fault}\n\n{LoadOptions.Usage}");
        return 2;
    case ["takes"]:
        return await new TakesProgram(isSmoke).RunAsync();
    case ["codecs"]:
        return new CodecsProgram(isSmoke).Run();
    case ["clients"]:
        return await new ClientsProgram(isSmoke).RunAsync();
    case ["web"]:
        return await new WebProgram(isSmoke).RunAsync();
    case ["memory"]:
        return new MemoryProgram(isSmoke).Run();
    case ["load-peer"]:
        return new LoadPeer().Run();
    default:
        // In this process: no project is generated, so nothing but the SDK and the restored packages is needed.
        var job = (isSmoke ? Job.Dry : Job.ShortRun).WithToolchain(InProcessEmitToolchain.Instance);
        Sizes.IsSmoke = isSmoke;
        GoalsTable.Print(BenchmarkSwitcher.FromAssembly(typeof(LoadProgram).Assembly).Run(args, ManualConfig.Create(DefaultConfig.Instance).AddJob(job)));
        return 0;
}
