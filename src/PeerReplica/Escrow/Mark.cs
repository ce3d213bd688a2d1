namespace PeerReplica.Escrow;

/// <summary>A place in one replica's sequence of records.</summary>
internal readonly record struct Mark(ReplicaId Replica, ulong Sequence)
{
    public static ulong Find(Mark[] marks, ReplicaId replica)
    {
        foreach (var mark in marks)
        {
            if (mark.Replica == replica) return mark.Sequence;
        }

        return 0;
    }
}
