using PeerReplica.Wire;

namespace PeerReplica.Escrow;

/// <summary>A voter's word that a value may be accepted under a ballot: nothing else can have been decided before.</summary>
/// <param name="Ballot">The last ballot under which the voter said so.</param>
/// <param name="Value">The value, by its <see cref="DecisionDigest"/>.</param>
internal readonly record struct Echo(Ballot Ballot, UInt128 Value)
{
    public static bool TryDecode(ref SpanReader reader, out Echo echo)
    {
        echo = default;
        if (!reader.TryReadArrayHeader(out var fields) || fields != 2 || !reader.TryReadBallot(out var ballot) || !reader.TryReadReplicaId(out var value)) return false;
        echo = new Echo(ballot, value.Value);
        return true;
    }
}
