namespace PeerReplica.AspNetCore.NodeReports;

/// <summary>Reads one value of the app for a report.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Read">Reads it; null: there is none at the moment.</param>
internal sealed record NodeValueSource(string Name, Func<IServiceProvider, NodeValue?> Read);
