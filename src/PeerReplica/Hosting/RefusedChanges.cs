using PeerReplica.Causality;

namespace PeerReplica.Hosting;

/// <summary>
/// Which objects' validators lately refused changes of which replicas, for reports. Bounded, since a peer can write what is
/// refused as often as it likes. Under the replica's gate.
/// </summary>
/// <param name="lasts">For how long after the last one.</param>
internal sealed class RefusedChanges(TimeSpan lasts)
{
    /// <summary>Of further objects and replicas only metrics tell.</summary>
    public const int Capacity = 32;

    private readonly List<Refused> _all = [];

    public IReadOnlyList<Refused> All => _all;

    /// <summary>Notes one. Returns whether it is the first of its object and replica.</summary>
    public bool Add(string objectName, ReplicaId origin, string reason, Instant now)
    {
        var known = _all.Find(r => r.Origin == origin && r.ObjectName == objectName);
        var isNews = known is null && _all.Count < Capacity;
        if (isNews) _all.Add(known = new(objectName, origin));
        if (known is null) return false;
        known.Count++;
        known.Reason = reason;
        known.Until = now + lasts;
        return isNews;
    }

    /// <summary>Forgets what has lasted long enough.</summary>
    public void Forget(Instant now) => _all.RemoveAll(r => r.Until <= now);

    /// <summary>The refused changes of one object and replica.</summary>
    public sealed class Refused(string objectName, ReplicaId origin)
    {
        public string ObjectName => objectName;

        public ReplicaId Origin => origin;

        public long Count { get; set; }

        /// <summary>Why the last one was refused.</summary>
        public string Reason { get; set; } = "";

        public Instant Until { get; set; }
    }
}
