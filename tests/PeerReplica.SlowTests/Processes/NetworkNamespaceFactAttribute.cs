namespace PeerReplica.SlowTests.Processes;

/// <summary>A test that is skipped, saying why and what to do, where network namespaces cannot be had.</summary>
internal sealed class NetworkNamespaceFactAttribute : FactAttribute
{
    public NetworkNamespaceFactAttribute() => Skip = NetworkNamespaces.WhyNot;
}
