namespace PeerReplica;

/// <summary>No object is registered under a name.</summary>
public sealed class UnknownObjectException : PeerReplicaException
{
    internal UnknownObjectException(string name, IEnumerable<string> known)
        : base(
            $"No object is registered as '{name}'. Register it after AddPeerReplica(), for example with .AddCounter(\"{name}\"). " +
            $"Registered: {string.Join(", ", known.DefaultIfEmpty("(nothing)"))}.") => ObjectName = name;

    /// <summary>The name asked for.</summary>
    public string ObjectName { get; }
}
