namespace PeerReplica.Benchmarks.Load.Parts;

/// <summary>Figures that are measured together, with processes of their own.</summary>
internal interface ILoadPart
{
    string Name { get; }

    string Summary { get; }

    Task RunAsync(LoadRun run);
}
