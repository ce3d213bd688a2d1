using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.Extensions.Logging;

namespace PeerReplica.AspNetCore.DataProtection;

/// <summary>Keys and revocations in the replica. What the app's XML encryptor made of a key is what is stored and sent to peers. Thread-safe.</summary>
internal sealed class ReplicatedXmlRepository(KeyStore store, ILogger<ReplicatedXmlRepository> logger) : IDeletableXmlRepository
{
    public IReadOnlyCollection<XElement> GetAllElements() => [.. Read().Select(e => e.Element)];

    public void StoreElement(XElement element, string friendlyName)
    {
        ArgumentNullException.ThrowIfNull(element);
        store.Store(element.ToString(SaveOptions.DisableFormatting));
    }

    public bool DeleteElements(Action<IReadOnlyCollection<IDeletableElement>> chooseElements)
    {
        ArgumentNullException.ThrowIfNull(chooseElements);
        var elements = Read();
        chooseElements(elements);
        foreach (var element in elements.Where(e => e.DeletionOrder is not null).OrderBy(e => e.DeletionOrder))
        {
            try
            {
                store.Map.Remove(element.Key);
            }
            catch (PeerReplicaException e)
            {
                // The order matters to the caller, who deletes a revocation only after its key: the rest stays.
                Log.KeyNotDeleted(logger, element.Key, e);
                return false;
            }
        }

        return true;
    }

    private List<ReplicatedElement> Read()
    {
        var elements = new List<ReplicatedElement>();
        foreach (var (key, xml) in store.Synchronized()) elements.Add(new ReplicatedElement(key, XElement.Parse(xml)));
        return elements;
    }
}
