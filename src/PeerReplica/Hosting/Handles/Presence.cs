using PeerReplica.Causality;
using PeerReplica.Hosting.LocalState;

namespace PeerReplica.Hosting.Handles;

internal sealed class Presence<T> : IPresence<T>, IInspectable
{
    private readonly Dictionary<ReplicaId, Lapse> _unreachable = [];
    private readonly ReplicaHost _host;
    private readonly KeyedObject<ReplicaId, T> _inner;

    public Presence(ReplicaHost host, KeyedObject<ReplicaId, T> inner)
    {
        _host = host;
        _inner = inner;
        host.PeerStateChanged += OnPeerStateChanged;
        host.Leaving += () => Clear();
    }

    public string Name => _inner.Name;

    public IReadOnlyDictionary<ReplicaId, T> Values
    {
        get
        {
            var values = new SortedDictionary<ReplicaId, T>();
            foreach (var entry in _inner.Entries)
            {
                if (entry.IsVisible && _host.IsPresent(entry.Key) && entry.TryGetReadable(out var value)) values.Add(entry.Key, value);
            }

            return values;
        }
    }

    public ReplicatedObjectKind Kind => ReplicatedObjectKind.Presence;

    public ObjectSize Measure() => _inner.Measure();

    public IEnumerable<ObjectEntry> Inspect() => Values.Select(v => new ObjectEntry(v.Key, v.Value));

    public void Set(T value) => _inner.Write(_host.Id, _inner.NewWrite(value));

    public bool Clear() => _inner.Write(_host.Id, default);

    public IAsyncEnumerable<IReadOnlyDictionary<ReplicaId, T>> WatchAsync(WatchStart start, CancellationToken cancellationToken) =>
        WatchLoop.FollowAsync(() => _inner.Watch(1), () => Values, start, cancellationToken);

    /// <summary>The value of a replica that is gone for good goes with it, and watchers hear of every coming and going.</summary>
    private void OnPeerStateChanged(ReplicaId id, PeerState state)
    {
        _unreachable.Remove(id);
        if (state is not (PeerState.Up or PeerState.Gone))
        {
            var lapse = new Lapse(this, id, _host.IsPresent(id));
            _unreachable.Add(id, lapse);
            _host.ScheduleExpiry(lapse, _host.Now + _host.Options.HeartbeatInterval);
        }

        if (_inner.Lookup(id) is not { } entry) return;
        if (state == PeerState.Gone) _inner.Write(id, default);
        else _inner.Changed(entry);
    }

    /// <summary>A replica without a link is present for as long as something is heard of it, which ends without an event: this looks, and tells watchers.</summary>
    private sealed class Lapse(Presence<T> owner, ReplicaId id, bool wasPresent) : IExpiring
    {
        private bool _wasPresent = wasPresent;

        public Instant Expire(Instant now)
        {
            if (owner._unreachable.GetValueOrDefault(id) != this) return Instant.Never;
            var isPresent = owner._host.IsPresent(id);
            if (isPresent != _wasPresent && owner._inner.Lookup(id) is { } entry) owner._inner.Changed(entry);
            _wasPresent = isPresent;
            return now + owner._host.Options.HeartbeatInterval;
        }
    }
}
